import { benchCommand } from './run/command.ts'
import { sockets } from './sockets/part.ts'

await benchCommand('npm run bench:sockets --', [sockets])
