import { broadcast } from './broadcast/part.ts'
import { consolePart } from './console/part.ts'
import { dashboardPart } from './dashboard/part.ts'
import { engagement } from './engagement/part.ts'
import { growth } from './growth/part.ts'
import { latency } from './latency/part.ts'
import { ledger } from './ledger/part.ts'
import { benchCommand } from './run/command.ts'
import { sockets } from './sockets/part.ts'
import { storm } from './storm/part.ts'

await benchCommand('npm run bench --', [
  ledger,
  broadcast,
  latency,
  engagement,
  sockets,
  storm,
  growth,
  dashboardPart,
  consolePart,
])
