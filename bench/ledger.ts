import { ledger } from './ledger/part.ts'
import { benchCommand } from './run/command.ts'

await benchCommand('npm run bench:ledger --', [ledger])
