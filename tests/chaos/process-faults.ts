import { setTimeout as sleep } from 'node:timers/promises'
import type { Random } from '../../scripts/random.ts'
import type { Fault, MakeFault } from './faults.ts'
import type { Platform } from './platform.ts'

/** A process of the platform, as far as a fault is concerned. */
type Victim = {
  kill(): Promise<void>
  /** Asks it to end, and waits until it has. */
  stop(): Promise<void>
  start(): Promise<void>
  freeze(): void
  thaw(): void
}

const api = ({ apis }: Platform, index: number): Victim => asVictim(apis[index]!)
const realtime = (platform: Platform): Victim => asVictim(platform.realtime)
const postgres = ({ database }: Platform): Victim => database
const anyApi = (platform: Platform, random: Random) => api(platform, random.int(0, 1))

function asVictim(service: Platform['realtime']): Victim {
  return {
    kill: () => service.end('SIGKILL'),
    stop: () => service.end('SIGTERM'),
    start: () => service.start(),
    freeze: () => service.freeze(),
    thaw: () => service.thaw(),
  }
}

const killed = (random: Random, ...victims: Victim[]): Fault => {
  const order = random.shuffled(victims)
  const gapsMs = order.map(() => random.int(0, 150))
  return {
    lastsMs: random.int(0, 700),
    async strike() {
      for (const [index, victim] of order.entries()) {
        await victim.kill()
        await sleep(gapsMs[index])
      }
    },
    // In the order in which they went, all at once: nobody waits for a database that is still recovering.
    heal: async () => void (await Promise.all(order.map((victim) => victim.start()))),
  }
}

const restarted = (random: Random, victim: Victim): Fault => ({
  lastsMs: random.int(0, 300),
  strike: () => victim.stop(),
  heal: () => victim.start(),
})

const frozen = (random: Random, victim: Victim): Fault => ({
  lastsMs: random.int(200, 1_500),
  strike: () => victim.freeze(),
  heal: () => victim.thaw(),
})

/** kill: SIGKILL. freeze: SIGSTOP, later SIGCONT. restart: asked to end, as an operator does. */
export const processFaults = {
  'kill-api': (platform, random) => killed(random, anyApi(platform, random)),
  'kill-apis': (platform, random) => killed(random, api(platform, 0), api(platform, 1)),
  'kill-realtime': (platform, random) => killed(random, realtime(platform)),
  'kill-postgres': (platform, random) => killed(random, postgres(platform)),
  'kill-all': (platform, random) =>
    killed(random, api(platform, 0), api(platform, 1), realtime(platform), postgres(platform)),
  'freeze-api': (platform, random) => frozen(random, anyApi(platform, random)),
  'freeze-realtime': (platform, random) => frozen(random, realtime(platform)),
  'freeze-postgres': (platform, random) => frozen(random, postgres(platform)),
  'restart-api': (platform, random) => restarted(random, anyApi(platform, random)),
  'restart-realtime': (platform, random) => restarted(random, realtime(platform)),
  'restart-postgres': (platform, random) => restarted(random, postgres(platform)),
} satisfies Record<string, MakeFault>
