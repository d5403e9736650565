import { createDurations, type Durations } from '../run/statistics.ts'

/** Requests made one at a time, each measured twice: to its answer, and to the message on a socket that it caused. */
export type LoneLatency = { readonly answer: Durations; readonly socket: Durations }

/** What one request does: `answered` when it has its answer, `arrived` when the message is there. Either may be first. */
export type LoneRequest = () => { answered: Promise<unknown>; arrived: Promise<unknown> }

/**
 * Begins to make so many requests, on a connection of its own: one that has been idle for long may be closed at any moment.
 */
export type BeginRequests = (count: number) => Promise<{ request: LoneRequest; end(): void }>

/** Makes so many lone requests, a few more first that do not count. Each begins when the one before is all over. */
export async function measureLone(requests: number, begin: BeginRequests): Promise<LoneLatency> {
  const { request, end } = await begin(WARM_UP + requests)
  const answer = createDurations()
  const socket = createDurations()
  for (let made = -WARM_UP; made < requests; made++) {
    const since = performance.now()
    const { answered, arrived } = request()
    const took = (promise: Promise<unknown>) => promise.then(() => performance.now() - since)
    const [answerMs, messageMs] = await Promise.all([took(answered), took(arrived)])
    if (made < 0) continue
    answer.add(answerMs)
    socket.add(messageMs)
  }
  end()
  return { answer, socket }
}

const WARM_UP = 50
