import { afterAll, beforeAll, expect, test } from 'vitest'
import { openEngagements, type Engagements } from '../../../../tests/harness/engagements.ts'
import { forgetNotifications } from './housekeeping.ts'

const retention = { eventDays: 7, idempotencyDays: 7, notificationReadDays: 90, notificationDays: 365 }

let engagements: Engagements

beforeAll(async () => {
  engagements = await openEngagements()
})
afterAll(() => engagements.close())

/** How long ago each of a customer's notifications was made and, if it was, read. */
async function age(customerId: string, madeDays: number, readDays: number | null): Promise<void> {
  await engagements.database.sql(
    `update notifications
     set created_at = now() - make_interval(days => $2), read_at = now() - make_interval(days => $3)
     where customer_id = $1`,
    [customerId, madeDays, readDays],
  )
}

const kept = async (customerId: string) =>
  (
    await engagements.database.sql<{ kind: string }>('select kind from notifications where customer_id = $1', [
      customerId,
    ])
  )
    .map(({ kind }) => kind)
    .toSorted()

test.each([
  ['read lately', 300, 89, 1],
  ['read long ago', 300, 91, 0],
  ['never read', 364, null, 1],
  ['never read, and very old', 366, null, 0],
  ['read lately, and very old', 366, 1, 0],
])('a notification that was %s: made %j days ago, read %j days ago, %j left', async (_what, made, read, left) => {
  const { id } = await engagements.demo.enrol({ points: 10 })
  await age(id, made, read)
  await forgetNotifications(engagements.db, retention, 100)
  expect(await kept(id)).toHaveLength(left)
})

test('an open question is kept however old it is, and can be answered; once it is decided it goes like the others', async () => {
  const { id } = await engagements.stranger()
  await engagements.scan(id)
  await age(id, 1_000, 999)
  await forgetNotifications(engagements.db, retention, 100)
  expect(await kept(id)).toEqual(['enrolment_request'])
  expect(await engagements.answer(id, false)).toMatchObject({ kind: 'applied' })
  await forgetNotifications(engagements.db, retention, 100)
  expect(await kept(id)).toEqual([])

  await engagements.needApproval(true)
  const { id: member } = await engagements.demo.enrol({ points: 10 })
  await engagements.run('propose_adjustment', { customerId: member, points: 1, reason: 'late' })
  await age(member, 1_000, null)
  await forgetNotifications(engagements.db, retention, 100)
  expect(await kept(member)).toEqual(['adjustment_request'])
})

test('goes by batches, also when several processes are at it, and says when it was the last', async () => {
  const people = await Promise.all(Array.from({ length: 25 }, () => engagements.demo.enrol({ points: 10 })))
  for (const { id } of people) await age(id, 400, null)
  const forget = () => forgetNotifications(engagements.db, retention, 10)
  expect(await forget()).toBe(10)
  const rest = await Promise.all([forget(), forget(), forget()])
  expect(rest.reduce((sum, each) => sum + each)).toBe(15)
  expect(await forget()).toBe(0)
})
