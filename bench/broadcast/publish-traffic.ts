import type { Publisher } from '../driver/publisher.ts'
import type { Peer } from './peers.ts'
import type { Scenario } from './scenarios.ts'

/**
 * Makes a function that publishes a scenario's traffic for so many seconds and gives how many events that were, once all of
 * them are accepted. Sequence numbers go on from call to call, as a stream's do.
 */
export function publishTraffic(
  { rooms, traffic, eventsPerRequest = 1 }: Scenario,
  peer: Peer,
  publisher: Publisher,
): (seconds: number) => Promise<number> {
  const published = new Uint32Array(rooms)
  const next = (): Promise<void> => {
    const room = rooms === 1 ? 0 : Math.floor(Math.random() * rooms)
    const seqs = Array.from({ length: eventsPerRequest }, () => ++published[room]!)
    return publisher.publish(peer.publish(room, seqs))
  }
  switch (traffic.kind) {
    case 'paced':
      return async (seconds) =>
        eventsPerRequest * (await publishPaced(next, traffic.perSecond, Math.ceil(traffic.perSecond * seconds)))
    case 'saturated':
      return async (seconds) => eventsPerRequest * (await publishSaturated(next, traffic.atOnce, seconds))
  }
}

/** Makes requests on an absolute schedule: what is late is sent at once, and none is left out. */
async function publishPaced(next: () => Promise<void>, perSecond: number, count: number): Promise<number> {
  const since = performance.now()
  const answers: Promise<void>[] = []
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      const due = Math.min(count, 1 + Math.floor(((performance.now() - since) * perSecond) / 1000))
      while (answers.length < due) answers.push(next())
      if (answers.length < count) return
      clearInterval(timer)
      resolve()
    }, 1)
  })
  await Promise.all(answers)
  return count
}

async function publishSaturated(next: () => Promise<void>, atOnce: number, seconds: number): Promise<number> {
  const until = performance.now() + seconds * 1000
  let count = 0
  async function keepPublishing(): Promise<void> {
    while (performance.now() < until) {
      count++
      await next()
    }
  }
  await Promise.all(Array.from({ length: atOnce }, keepPublishing))
  return count
}
