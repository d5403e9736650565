import { dashboardPart } from './dashboard/part.ts'
import { benchCommand } from './run/command.ts'

await benchCommand('npm run bench:dashboard --', [dashboardPart])
