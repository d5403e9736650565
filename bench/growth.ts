import { growth } from './growth/part.ts'
import { benchCommand } from './run/command.ts'

await benchCommand('npm run bench:growth --', [growth])
