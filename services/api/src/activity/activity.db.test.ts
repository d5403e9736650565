import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newKey, startTestApi, type Answer, type TestApi } from '../../../../tests/harness/api.ts'
import { createDatabase, type TestDatabase } from '../../../../tests/harness/database.ts'
import { makeTenant, type TestCustomer, type TestTenant } from '../../../../tests/harness/tenant.ts'
import { SCAN_EVENTS_MAX } from './routes.ts'

let database: TestDatabase
let api: TestApi
let tenant: TestTenant
let customer: TestCustomer
let admin: string
let till: string

beforeAll(async () => {
  database = await createDatabase()
  tenant = await makeTenant(database, 'demo')
  customer = await tenant.enrol({ name: 'John Doe', points: 275 })
  api = await startTestApi(database.url)
  admin = await api.signIn(tenant, 'admin')
  till = await api.signIn(tenant, 'terminal')
})
afterAll(async () => {
  await api.close()
  await database.drop()
})

const activity = (query = '', token = admin) => api.call('GET', `/api/admin/activity?${query}`, { token })
const redeem = (customerId: string, token = till, more = {}) =>
  api.call('POST', '/api/customer/loyalty/redeem', {
    token,
    headers: newKey(),
    body: { customerId, points: 75, ...more },
  })
const setVip = (id: string, method: 'PUT' | 'DELETE') =>
  api.call(method, `/api/admin/customers/${id}/vip`, { token: admin })

async function allPages(query: string, token = admin): Promise<any[]> {
  const items: any[] = []
  for (let pageAfter: string | null = ''; pageAfter !== null;) {
    const { body, status, text }: Answer = await activity(`${query}${pageAfter && `&pageAfter=${pageAfter}`}`, token)
    if (status !== 200) throw new Error(text)
    items.push(...body['items'])
    pageAfter = body['nextCursor']
  }
  return items
}

/** Appends events with times of their own, at the end of a stream: `count` a minute, from a time on. */
async function appendHistory(id: string, from: string, count: number): Promise<void> {
  await database.sql(
    `with stream as (
       update streams set head = head + $3, last_at = $2::timestamptz + interval '1 minute' * $3
       where tenant_id = $1 returning epoch, head - $3 as before
     )
     insert into events
     select $1, stream.epoch, stream.before + n, gen_random_uuid(), 'member_updated', 1, null,
       '{"type":"sql","id":"history","name":null}', '{}', $2::timestamptz + interval '1 minute' * (n - 1)
     from stream, generate_series(1, $3::bigint) n`,
    [id, from, count],
  )
}

describe('C3 the activity log', () => {
  test('says which till did what to whom, for which order and why, before → after', async () => {
    const { body: redeemed } = await redeem(customer.id, till, { orderId: '12345', reason: 'lunch' })
    const { status, body } = await activity('limit=1')
    expect(status).toBe(200)
    expect(body['items']).toEqual([
      {
        id: expect.any(String),
        at: expect.stringMatching(/^\d{4}-.*Z$/),
        cursor: redeemed['cursor'],
        type: 'loyalty_updated',
        actor: { type: 'terminal', id: tenant.terminalId, name: 'Till 1' },
        customer: { id: customer.id, name: 'John Doe' },
        program: { id: tenant.programId, name: null },
        transactionId: redeemed['transactionId'],
        transactionType: 'redeem',
        pointsChange: -75,
        balanceBefore: 275,
        balanceAfter: 200,
        orderId: '12345',
        reason: 'lunch',
        amountMinor: null,
        currency: null,
        changes: [],
      },
    ])
    expect(body['cursor']).toBe(redeemed['cursor'])
  })

  test('says which person changed a record, and each field before and after', async () => {
    await setVip(customer.id, 'PUT')
    const { body } = await activity('limit=1')
    expect(body['items']).toMatchObject([
      {
        type: 'member_updated',
        actor: { type: 'staff', name: 'Adam Admin' },
        customer: { name: 'John Doe' },
        pointsChange: null,
        changes: [{ field: 'vip', from: false, to: true }],
      },
    ])
  })

  test('shows what was done by hand in SQL, too', async () => {
    await database.sql(`update cards set balance = balance + 5 where customer_id = $1`, [customer.id])
    expect((await activity('limit=1')).body['items']).toMatchObject([
      { actor: { type: 'sql' }, pointsChange: 5, reason: 'changed by hand in SQL' },
    ])
  })

  test('shows an event that a later build wrote, without its details', async () => {
    await appendHistory('demo', new Date().toISOString(), 1)
    const shown = (await activity('limit=1')).body['items'][0]
    expect(shown).toMatchObject({ type: 'member_updated', actor: { id: 'history' }, customer: null, changes: [] })
  })

  test('is for the people who run the business: a cashier and a till are refused', async () => {
    const cashier = await api.signIn(tenant, 'cashier')
    const answers = await Promise.all([activity('', cashier), activity('', till)])
    expect(answers.map(({ status, body }) => [status, body['code']])).toEqual([
      [403, 'role-not-allowed'],
      [403, 'role-not-allowed'],
    ])
  })

  test('I8 of another tenant shows nothing, not even by its ids', async () => {
    const rival = await makeTenant(database, 'rival')
    const theirs = await rival.enrol({ name: 'Their Customer', points: 5 })
    const ours = await allPages('limit=500')
    expect(JSON.stringify(ours)).not.toContain('Their Customer')
    expect((await activity(`customerId=${theirs.id}`)).body['items']).toEqual([])
  })
})

describe('pages and filters', () => {
  let shop: TestTenant
  let owner: string
  let ann: TestCustomer
  let bob: TestCustomer

  beforeAll(async () => {
    shop = await makeTenant(database, 'shop')
    ann = await shop.enrol({ name: 'Ann', points: 1000 })
    bob = await shop.enrol({ name: 'Bob', points: 1000 })
    owner = await api.signIn(shop, 'owner')
    const shopTill = await api.signIn(shop, 'terminal')
    for (let round = 0; round < 4; round++) {
      await redeem(ann.id, shopTill)
      await redeem(bob.id, owner)
    }
    await api.call('PUT', `/api/admin/customers/${ann.id}/vip`, { token: owner })
  })

  const types = (items: any[]) => items.map(({ type, customer: whom }) => `${type} ${whom?.name}`)

  test.each([1, 2, 3, 500])('in pages of %i everything shows once, the newest first', async (limit) => {
    const items = await allPages(`limit=${limit}`, owner)
    const seqs = items.map(({ cursor }) => Number(cursor.split(':')[1]))
    const [stream] = await database.sql<{ head: string }>(`select head from streams where tenant_id = 'shop'`)
    const head = Number(stream!.head)
    expect(seqs).toEqual(Array.from({ length: head }, (_, index) => head - index))
  })

  test('what happens meanwhile moves no page', async () => {
    const { body } = await activity('limit=3', owner)
    await redeem(bob.id, owner)
    const next = (await activity(`limit=3&pageAfter=${body['nextCursor']}`, owner)).body['items']
    const whole = await allPages('limit=500', owner)
    expect([...body['items'], ...next]).toEqual(whole.slice(1, 7))
  })

  test('by customer, by type, by person or till, and by all of them', async () => {
    expect(new Set(types(await allPages(`limit=2&customerId=${ann.id}`, owner)))).toEqual(
      new Set(['loyalty_updated Ann', 'member_updated Ann']),
    )
    expect(types(await allPages('limit=2&type=member_updated', owner)).slice(0, 1)).toEqual(['member_updated Ann'])
    const byTill = await allPages(`limit=2&actorId=${shop.terminalId}`, owner)
    expect(types(byTill)).toEqual(Array.from({ length: 4 }, () => 'loyalty_updated Ann'))
    expect(await allPages(`actorId=${shop.terminalId}&customerId=${bob.id}`, owner)).toEqual([])
    const byOwner = await allPages(`actorId=${shop.ownerId}&type=loyalty_updated&customerId=${bob.id}`, owner)
    expect(byOwner.every(({ actor }) => actor.name === 'Olive Owner')).toBe(true)
    expect(byOwner).toHaveLength(5)
  })

  test('a type that is none of the log’s is refused by name', async () => {
    const { status, body } = await activity('type=notification_created', owner)
    expect([status, body['errors'][0].field]).toEqual([400, 'query.type'])
  })
})

describe('times', () => {
  let owner: string
  const minute = (n: number) => new Date(Date.UTC(2026, 0, 1, 12, n)).toISOString()

  beforeAll(async () => {
    const museum = await makeTenant(database, 'museum')
    owner = await api.signIn(museum, 'owner')
    await appendHistory('museum', minute(0), 60)
  })

  const between = async (from: string, to: string) =>
    (await allPages(`limit=7&from=${from}&to=${to}`, owner)).map(({ at }) => at)

  test('from is included, to is not, to the millisecond', async () => {
    expect(await between(minute(10), minute(13))).toEqual([minute(12), minute(11), minute(10)])
    const late = minute(10).replace('.000Z', '.001Z')
    expect(await between(late, minute(12))).toEqual([minute(11)])
  })

  test.each(Array.from({ length: 8 }, (_, index) => [index * 8 - 2, index * 11 - 5] as const))(
    'between minute %i and minute %i shows just what is in between',
    async (from, to) => {
      const expected = Array.from({ length: 60 }, (_, n) => n).filter((n) => n >= from && n < to)
      expect(await between(minute(from), minute(to))).toEqual(expected.toReversed().map(minute))
    },
  )

  test('what is past retention ends the log; it is not looked for', async () => {
    await database.sql(`delete from events where tenant_id = 'museum' and created_at < $1`, [minute(50)])
    const items = await allPages('limit=4', owner)
    expect(items.map(({ at }) => at)).toEqual(Array.from({ length: 10 }, (_, index) => minute(59 - index)))
    expect(await between(minute(0), minute(52))).toEqual([minute(51), minute(50)])
  })

  test('a tenant without any event has an empty log', async () => {
    const quiet = await makeTenant(database, 'quiet')
    await database.sql(`delete from events where tenant_id = 'quiet'`)
    const { body } = await activity('', await api.signIn(quiet, 'owner'))
    expect(body).toMatchObject({ items: [], nextCursor: null })
  })
})

test('a filter that nothing passes looks at a bounded stretch a request, and its pages still reach the oldest event', async () => {
  const busy = await makeTenant(database, 'busy')
  const owner = await api.signIn(busy, 'owner')
  const first = await busy.enrol({ name: 'First', points: 10 })
  await appendHistory('busy', new Date().toISOString(), SCAN_EVENTS_MAX + 10)
  const { body: empty } = await activity(`customerId=${first.id}`, owner)
  expect([empty['items'], empty['nextCursor'] !== null]).toEqual([[], true])
  const found = await allPages(`customerId=${first.id}`, owner)
  expect(found.map(({ customer: whom }) => whom.name)).toContain('First')
  expect(await allPages(`actorId=${randomUUID()}`, owner)).toEqual([])
})

test('I6 the log’s cursor is exact: its first line is the event at the cursor', async () => {
  let running = true
  const writing = Promise.all(
    Array.from({ length: 4 }, async () => {
      while (running) await redeem((await tenant.enrol({ points: 75 })).id)
    }),
  )
  for (let count = 0; count < 40; count++) {
    const { body } = await activity('limit=1')
    expect(body['items'][0].cursor).toBe(body['cursor'])
  }
  running = false
  await writing
})
