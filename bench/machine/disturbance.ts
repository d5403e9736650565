import { readFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { cpuTimeMs } from './cpu-time.ts'

/** What others did to this machine while something was measured, as shares of all its CPUs. */
export type Disturbance = { readonly others: number; readonly stolen: number }

/** Above this, figures are to be measured again when the machine is quiet. */
export const DISTURBED = 0.1

/** Ticks are 10 ms: a shorter look would see little else. */
const LOOK_MS = 1000

/** Starts to watch; call what it gives to know. Counts this process and all below it as ours. Linux only. */
export function watchDisturbance(): () => Disturbance {
  const since = performance.now()
  const before = read()
  return () => {
    const after = read()
    const capacityMs = (performance.now() - since) * cpus().length
    return {
      others: Math.max(0, after.busyMs - before.busyMs - (after.oursMs - before.oursMs)) / capacityMs,
      stolen: (after.stolenMs - before.stolenMs) / capacityMs,
    }
  }
}

/** Waits until others leave the machine alone, so many seconds at most. */
export async function waitUntilQuiet(patienceSeconds: number): Promise<void> {
  const deadline = performance.now() + patienceSeconds * 1000
  while (performance.now() < deadline) {
    const disturbance = watchDisturbance()
    await sleep(LOOK_MS)
    const { others, stolen } = disturbance()
    if (others + stolen < DISTURBED) return
  }
}

/** proc(5): user, nice, system, idle, iowait, irq, softirq, steal, in ticks of 10 ms. */
function read() {
  const fields = readFileSync('/proc/stat', 'latin1').split('\n', 1)[0]!.trim().split(/\s+/).slice(1).map(Number)
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = fields
  return {
    busyMs: (user + nice + system + irq + softirq) * 10,
    stolenMs: steal * 10,
    oursMs: cpuTimeMs([process.pid]),
  }
}
