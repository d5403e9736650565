import { latency } from './latency/part.ts'
import { benchCommand } from './run/command.ts'

await benchCommand('npm run bench:latency --', [latency])
