import { consolePart } from './console/part.ts'
import { benchCommand } from './run/command.ts'

await benchCommand('npm run bench:console --', [consolePart])
