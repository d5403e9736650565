import { broadcast } from './broadcast/part.ts'
import { benchCommand } from './run/command.ts'

await benchCommand('npm run bench:broadcast --', [broadcast])
