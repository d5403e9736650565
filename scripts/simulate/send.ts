import { setTimeout as sleep } from 'node:timers/promises'
import type { Answer, Request, Session } from '../api-session.ts'
import type { Random } from '../random.ts'
import type { Tally } from './tally.ts'

const ATTEMPTS_MAX = 8
const PAUSE_BASE_MS = 100
const PAUSE_MAX_MS = 3_000
const RETRY_STATUS = new Set([429, 502, 503, 504])

/**
 * Sends a request as a till does: again, unchanged and under the same key, while no answer comes or the API is not there,
 * with full-jitter pauses. Throws when it gives up.
 */
export async function sendUntilAnswered(
  session: Pick<Session, 'ask'>,
  request: Request,
  random: Random,
  tally: Tally,
): Promise<Answer> {
  for (let attempt = 1; ; attempt++) {
    const problem = await tryOnce()
    if (typeof problem !== 'string') return problem
    if (attempt === ATTEMPTS_MAX) throw new Error(`${request.method} ${request.path}: ${problem}`)
    tally.retry()
    await sleep(random.next() * Math.min(PAUSE_BASE_MS * 2 ** attempt, PAUSE_MAX_MS))
  }

  async function tryOnce(): Promise<Answer | string> {
    try {
      const answer = await session.ask(request)
      return RETRY_STATUS.has(answer.status) ? `answered ${answer.status}` : answer
    } catch (error) {
      return (error as Error).message
    }
  }
}
