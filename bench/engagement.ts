import { engagement } from './engagement/part.ts'
import { benchCommand } from './run/command.ts'

await benchCommand('npm run bench:engagement --', [engagement])
