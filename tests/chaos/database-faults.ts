import { setTimeout as sleep } from 'node:timers/promises'
import type { MakeFault } from './faults.ts'

export const databaseFaults = {
  // No room for a new block of a table. With `switches`, none for the log either, which ends the server: it is started again
  // once there is room.
  'fill-disk': ({ database }, random) => {
    const { disk } = database
    if (disk === null) return null
    const switches = random.pick([0, 0, 6])
    return {
      lastsMs: random.int(700, 1_500),
      async strike() {
        disk.fill()
        for (let count = 0; count < switches; count++) {
          await database.query('select pg_switch_wal()').catch(() => undefined) // that is what it is for
          await sleep(50)
        }
      },
      async heal() {
        disk.empty()
        await database.start()
      },
    }
  },

  'refuse-connections': ({ database }, random) => ({
    lastsMs: random.int(300, 1_200),
    strike: () => database.refuse(),
    heal: () => database.accept(),
  }),

  // As docs/operations.md says: everything is stopped, the backup put in place, a new epoch begun, everything started.
  'restore-backup': ({ database, apis, realtime }, random) => {
    const services = random.shuffled([...apis, realtime])
    return {
      lastsMs: 0,
      rewritesHistory: true,
      prepare: () => database.backUp(),
      async strike() {
        await Promise.all(services.map((each) => each.end('SIGTERM')))
        await database.restore()
      },
      heal: async () => void (await Promise.all(services.map((each) => each.start()))),
    }
  },
} satisfies Record<string, MakeFault>
