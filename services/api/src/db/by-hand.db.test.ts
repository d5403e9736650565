import { parseEvent } from '@loyalty-live/events'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDatabase, type TestDatabase } from '../../../../tests/harness/database.ts'
import { makeTenant, type TestTenant } from '../../../../tests/harness/tenant.ts'
import { connect, type Db } from './connect.ts'
import { readAfter } from '../stream/read.ts'

let database: TestDatabase
let db: Db
let tenant: TestTenant

beforeAll(async () => {
  database = await createDatabase()
  db = connect({ url: database.url, connectionsMax: 2, role: 'loyalty_app' })
  tenant = await makeTenant(database, 'demo')
})
afterAll(async () => {
  await db.close()
  await database.drop()
})

/** The events that `work` put on the stream, each read by the contract. */
async function eventsOf(work: () => Promise<unknown>) {
  const [before] = await database.sql<{ epoch: string; head: string }>('select epoch, head from streams')
  await work()
  const page = await readAfter(db, 'demo', { epoch: Number(before!.epoch), seq: Number(before!.head) }, 100)
  return page.events.map((text) => {
    const parsed = parseEvent(JSON.parse(text))
    if (parsed.kind !== 'known') throw new Error(`not an event of the contract: ${text}`)
    return parsed.event
  })
}

test('L15 a balance changed by hand gets its ledger entry, its version and its event (I1)', async () => {
  const { cardId } = await tenant.enrol({ points: 100 })
  const events = await eventsOf(() => database.sql('update cards set balance = 130 where id = $1', [cardId]))
  expect(events).toMatchObject([
    {
      type: 'loyalty_updated',
      actor: { type: 'sql' },
      data: { pointsChange: 30, newBalance: 130, totalPointsEarned: 130, cardVersion: 2, transactionType: 'adjust' },
    },
  ])
  const [card] = await database.sql('select balance, earned, redeemed, version from cards where id = $1', [cardId])
  expect(card).toEqual({ balance: '130', earned: '130', redeemed: '0', version: '2' })
  const [sums] = await database.sql('select sum(points) as sum, count(*) from entries where card_id = $1', [cardId])
  expect(sums).toEqual({ sum: '130', count: '2' })
})

test('a statement over many cards puts one event for each on the stream', async () => {
  await tenant.enrol({ points: 1 })
  const [{ count }] = (await database.sql<{ count: number }>('select count(*)::int as count from cards')) as [
    { count: number },
  ]
  const events = await eventsOf(() => database.sql('update cards set balance = balance + 1'))
  expect(events).toHaveLength(count)
})

test('a statement that changes no balance is not an event', async () => {
  expect(await eventsOf(() => database.sql('update cards set balance = balance, updated_at = now()'))).toEqual([])
})

test.each([
  ['totals', 'update cards set earned = earned + 1, balance = balance + 1', 'change the balance only'],
  ['versions', 'update cards set version = 9', 'change the balance only'],
  ['what a programme forbids', 'update cards set balance = -1', 'no balance below zero'],
])('by hand nobody changes %s', async (_, statement, message) => {
  await expect(database.sql(statement)).rejects.toThrow(message)
})

test('a member changed by hand is told with what changed', async () => {
  const { id } = await tenant.enrol({ name: 'Jon Do', points: 1 })
  const events = await eventsOf(() =>
    database.sql(`update members set display_name = 'John Doe', vip = true where customer_id = $1`, [id]),
  )
  expect(events).toMatchObject([
    {
      type: 'member_updated',
      data: {
        customerName: 'John Doe',
        vip: true,
        memberVersion: 2,
        changes: { displayName: { from: 'Jon Do', to: 'John Doe' }, vip: { from: false, to: true } },
      },
    },
  ])
})

test('a phone changed by hand follows into every tenant, and is told', async () => {
  const { id } = await tenant.enrol({ points: 1 })
  const events = await eventsOf(() => database.sql(`update customers set phone = '+447306599999' where id = $1`, [id]))
  expect(events).toMatchObject([{ type: 'member_updated', data: { customerPhone: '+447306599999' } }])
})

test('an enrolment activated by hand opens its card with the welcome bonus', async () => {
  const { id } = await tenant.enrol({ points: 1 })
  const [program] = await database.sql<{ id: string }>(
    `insert into programs (tenant_id, id, name, welcome_bonus) values ('demo', gen_random_uuid(), 'Gold', 25) returning id`,
  )
  const events = await eventsOf(async () => {
    await database.sql(
      `insert into enrolments (tenant_id, customer_id, program_id, status, method) values ('demo', $1, $2, 'pending', 'manual')`,
      [id, program!.id],
    )
    await database.sql(`update enrolments set status = 'active' where program_id = $1`, [program!.id])
  })
  expect(events).toMatchObject([
    { type: 'enrolment_updated', data: { status: 'pending', previousStatus: null, cardId: null, enrolmentVersion: 1 } },
    { type: 'loyalty_updated', data: { transactionType: 'enrol', newBalance: 25 } },
    { type: 'enrolment_updated', data: { status: 'active', previousStatus: 'pending', enrolmentVersion: 2 } },
  ])
})

test('a notification made by hand is told', async () => {
  const { id } = await tenant.enrol({ points: 1 })
  const events = await eventsOf(() =>
    database.sql(
      `insert into notifications (tenant_id, customer_id, kind, points, expires_at) values ('demo', $1, 'points_added', 5, now())`,
      [id],
    ),
  )
  expect(events).toMatchObject([{ type: 'notification_created', data: { kind: 'points_added', points: 5 } }])
})
