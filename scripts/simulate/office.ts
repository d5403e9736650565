import { randomUUID } from 'node:crypto'
import type { Request, Session } from '../api-session.ts'
import type { Random } from '../random.ts'
import { sendUntilAnswered } from './send.ts'
import type { Outcome, Tally } from './tally.ts'
import { unexpected } from './till.ts'

export type OfficeStep = 'vip' | 'rename'

export type Office = {
  /** Changes one customer's record. @throws Error that says what was answered and should not have been */
  tend(step: OfficeStep, customerId: string): Promise<Outcome>
  /** Adds or deducts points by hand. @throws Error like `tend` */
  adjust(customerId: string): Promise<Outcome>
}

/** The owner at the desk: makes VIPs, corrects names. */
export function createOffice({ session, random, tally }: { session: Session; random: Random; tally: Tally }): Office {
  async function ask(request: Request, ...statuses: number[]) {
    const answer = await sendUntilAnswered(session, request, random, tally)
    if (!statuses.includes(answer.status)) throw unexpected(request, answer)
    return answer
  }

  return {
    async tend(step, customerId) {
      const path = `/api/admin/customers/${customerId}`
      const { body, headers } = await ask({ method: 'GET', path }, 200)
      if (step === 'vip') {
        await ask({ method: body['vip'] ? 'DELETE' : 'PUT', path: `${path}/vip` }, 200)
        return 'done'
      }
      const displayName = toggleInitial(String(body['displayName']))
      const ifMatch = { 'if-match': headers.get('etag') ?? '' }
      // 412: somebody else has changed the record meanwhile.
      const patched = await ask({ method: 'PATCH', path, body: { displayName }, headers: ifMatch }, 200, 412)
      return patched.status === 200 ? 'done' : 'refused'
    },
    async adjust(customerId) {
      const points = random.int(1, 10) * random.pick([5, 5, -5])
      const body = { customerId, points, reason: points > 0 ? 'Waited too long' : 'Rung up twice' }
      const headers = { 'idempotency-key': randomUUID() }
      const { status } = await ask({ method: 'POST', path: '/api/admin/adjustments', body, headers }, 201, 422)
      if (status === 201) tally.saw('adjusted')
      return status === 201 ? 'done' : 'refused'
    },
  }
}

/** Grace Otieno ↔ Grace M. Otieno. */
export function toggleInitial(name: string): string {
  const [given = name, ...rest] = name.split(' ')
  return [given, ...(rest[0] === 'M.' ? rest.slice(1) : ['M.', ...rest])].join(' ')
}
