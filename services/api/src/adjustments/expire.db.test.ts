import { afterAll, beforeAll, expect, test } from 'vitest'
import { openEngagements, type Engagements } from '../../../../tests/harness/engagements.ts'
import type { CommittedEvent } from '../stream/committed-event.ts'
import { expireAdjustments } from './expire.ts'

let engagements: Engagements

beforeAll(async () => {
  engagements = await openEngagements()
  await engagements.needApproval(true)
})
afterAll(() => engagements.close())

test('what nobody answered in time is ended and told, what still has time is not', async () => {
  const { db, database, demo, run } = engagements
  const { id: customerId } = await demo.enrol({ points: 10 })
  await run('propose_adjustment', { customerId, points: 1, reason: 'late' })
  await database.sql(`update adjustments set expires_at = now() - interval '1 second'`)
  await run('propose_adjustment', { customerId, points: 2, reason: 'in time' })
  const committed: CommittedEvent[] = []
  const expire = () => expireAdjustments({ db, onCommitted: (events) => committed.push(...events) })
  await Promise.all([expire(), expire(), expire()])
  const rows = await database.sql('select reason, status from adjustments order by id')
  expect(rows).toEqual([
    { reason: 'late', status: 'expired' },
    { reason: 'in time', status: 'pending' },
  ])
  expect(committed.map(({ text }) => JSON.parse(text))).toMatchObject([
    { type: 'adjustment_updated', actor: { type: 'system' }, data: { status: 'expired', reason: 'late' } },
  ])
})
