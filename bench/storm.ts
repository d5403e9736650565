import { benchCommand } from './run/command.ts'
import { storm } from './storm/part.ts'

await benchCommand('npm run bench:storm --', [storm])
