import { createDurations } from '../run/statistics.ts'

/** Requests made one at a time, each measured twice: to its answer, and to the message on a socket that it caused. */
export type LoneLatency = {
  readonly answerP50Ms: number
  readonly answerP99Ms: number
  readonly socketP50Ms: number
  readonly socketP99Ms: number
}

/** What one request does: `answered` when it has its answer, `arrived` when the message is there. Either may be first. */
export type LoneRequest = () => { answered: Promise<unknown>; arrived: Promise<unknown> }

/** Begins to make requests, on a connection of its own: one that has been idle for long may be closed at any moment. */
export type BeginRequests = () => Promise<{ request: LoneRequest; end(): void }>

/** Makes so many lone requests, a few more first that do not count. Each begins when the one before is all over. */
export async function measureLone(requests: number, begin: BeginRequests): Promise<LoneLatency> {
  const { request, end } = await begin()
  const answers = createDurations()
  const messages = createDurations()
  for (let made = -WARM_UP; made < requests; made++) {
    const since = performance.now()
    const { answered, arrived } = request()
    const took = (promise: Promise<unknown>) => promise.then(() => performance.now() - since)
    const [answerMs, messageMs] = await Promise.all([took(answered), took(arrived)])
    if (made < 0) continue
    answers.add(answerMs)
    messages.add(messageMs)
  }
  end()
  return {
    answerP50Ms: answers.quantile(0.5),
    answerP99Ms: answers.quantile(0.99),
    socketP50Ms: messages.quantile(0.5),
    socketP99Ms: messages.quantile(0.99),
  }
}

const WARM_UP = 50
