import { randomUUID } from 'node:crypto'
import { parseEvent } from '@loyalty-live/events'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createDatabase, type TestDatabase } from '../../../../tests/harness/database.ts'
import { makeTenant, type TestTenant } from '../../../../tests/harness/tenant.ts'
import { connect, type Db } from '../db/connect.ts'
import { applyChanges, type Change, type ChangeResult } from './apply.ts'

let database: TestDatabase
let db: Db
let tenant: TestTenant
let rival: TestTenant

beforeAll(async () => {
  database = await createDatabase()
  db = connect({ url: database.url, connectionsMax: 4, role: 'loyalty_app' })
  tenant = await makeTenant(database, 'demo')
  rival = await makeTenant(database, 'rival')
})
afterAll(async () => {
  await db.close()
  await database.drop()
})

const till = { type: 'terminal', id: 'till-1', name: 'Till 1' } as const

const change = (part: Partial<Change> & Pick<Change, 'kind'>): Change => ({
  tenant: 'demo',
  actor: till,
  key: randomUUID(),
  hash: 'aa'.repeat(16),
  reason: null,
  orderId: null,
  ...part,
})

const apply = async (...changes: Change[]) => (await applyChanges(db, changes)).results

/** What a result says of the card, shortly. */
const figures = (result: ChangeResult | undefined) =>
  result?.kind === 'applied'
    ? [result.applied.pointsChange, result.applied.balance, result.applied.earned, result.applied.redeemed]
    : result?.kind === 'refused'
      ? result.refusal
      : result?.kind

const transactionOf = (result: ChangeResult | undefined) => {
  if (result?.kind !== 'applied') throw new Error(`not applied: ${JSON.stringify(result)}`)
  return result.applied.transactionId
}

describe('each kind of change', () => {
  test('a redemption takes points and counts them as redeemed; earned stays', async () => {
    const { id } = await tenant.enrol({ points: 275 })
    const [result] = await apply(change({ kind: 'redeem', customerId: id, points: 75 }))
    expect(figures(result)).toEqual([-75, 200, 275, 75])
  })

  test.each(['add', 'scan', 'payment'] as const)('%s gives points and counts them as earned', async (kind) => {
    const { id } = await tenant.enrol({ points: 10 })
    const [result] = await apply(change({ kind, customerId: id, points: 5 }))
    expect(figures(result)).toEqual([5, 15, 15, 0])
  })

  test('an adjustment corrects what was earned, up or down', async () => {
    const { id } = await tenant.enrol({ points: 10 })
    const results = await apply(
      change({ kind: 'adjust', customerId: id, points: 5 }),
      change({ kind: 'adjust', customerId: id, points: -12 }),
    )
    expect(results.map(figures)).toEqual([
      [5, 15, 15, 0],
      [-12, 3, 3, 0],
    ])
  })

  test('a customer is found by phone as well', async () => {
    const { phone } = await tenant.enrol({ points: 10 })
    const [result] = await apply(change({ kind: 'redeem', phone, points: 4 }))
    expect(figures(result)).toEqual([-4, 6, 10, 4])
  })

  test('enrolling makes the card with its opening balance, nothing included, and does so once', async () => {
    const { id } = await tenant.enrol({ points: 0 })
    const [zero] = await database.sql<{ points: number }>('select points from entries where customer_id = $1', [id])
    expect(Number(zero!.points)).toBe(0)
    const [again] = await apply(change({ kind: 'enrol', customerId: id, points: 10 }))
    expect(figures(again)).toEqual({ code: 'already-enrolled' })
  })
})

describe('a reversal', () => {
  test('of a redemption gives the points back and is no longer redeemed', async () => {
    const { id } = await tenant.enrol({ points: 100 })
    const [redeemed] = await apply(change({ kind: 'redeem', customerId: id, points: 30 }))
    const [reversed] = await apply(change({ kind: 'reverse', reverses: transactionOf(redeemed) }))
    expect(figures(reversed)).toEqual([30, 100, 100, 0])
  })

  test('of added points takes them back and they are no longer earned', async () => {
    const { id } = await tenant.enrol({ points: 100 })
    const [added] = await apply(change({ kind: 'add', customerId: id, points: 30 }))
    const [reversed] = await apply(change({ kind: 'reverse', reverses: transactionOf(added) }))
    expect(figures(reversed)).toEqual([-30, 100, 100, 0])
  })

  test('happens once, also when it is asked for twice in one batch', async () => {
    const { id } = await tenant.enrol({ points: 100 })
    const [added] = await apply(change({ kind: 'add', customerId: id, points: 30 }))
    const reverse = () => change({ kind: 'reverse', reverses: transactionOf(added) })
    const together = await apply(reverse(), reverse())
    expect(together.map(figures)).toEqual([[-30, 100, 100, 0], { code: 'already-reversed' }])
    expect(figures((await apply(reverse()))[0])).toEqual({ code: 'already-reversed' })
  })

  test('of a reversal is refused', async () => {
    const { id } = await tenant.enrol({ points: 100 })
    const [added] = await apply(change({ kind: 'add', customerId: id, points: 30 }))
    const [reversed] = await apply(change({ kind: 'reverse', reverses: transactionOf(added) }))
    const [again] = await apply(change({ kind: 'reverse', reverses: transactionOf(reversed) }))
    expect(figures(again)).toEqual({ code: 'not-reversible', type: 'reverse' })
  })

  test('of points that were spent is refused, or leaves a debt where the programme allows one', async () => {
    const { id } = await tenant.enrol({ points: 0 })
    const [added] = await apply(change({ kind: 'add', customerId: id, points: 30 }))
    await apply(change({ kind: 'redeem', customerId: id, points: 20 }))
    const reverse = () => change({ kind: 'reverse', reverses: transactionOf(added) })
    expect(figures((await apply(reverse()))[0])).toEqual({ code: 'insufficient-points', available: 10, requested: 30 })

    await database.sql(`update programs set debt_policy = 'allow' where tenant_id = 'demo'`)
    try {
      expect(figures((await apply(reverse()))[0])).toEqual([-30, -20, 0, 20])
      const [redeemed] = await apply(change({ kind: 'redeem', customerId: id, points: 1 }))
      expect(figures(redeemed)).toEqual({ code: 'insufficient-points', available: 0, requested: 1 })
    } finally {
      await database.sql(`update programs set debt_policy = 'refuse' where tenant_id = 'demo'`)
    }
  })
})

describe('a refusal', () => {
  test('leaves its neighbours alone, and writes nothing but itself', async () => {
    const { id, cardId } = await tenant.enrol({ points: 50 })
    const { seq } = await headOf('demo')
    const results = await apply(
      change({ kind: 'redeem', customerId: id, points: 20 }),
      change({ kind: 'redeem', customerId: id, points: 31 }),
      change({ kind: 'redeem', customerId: id, points: 30 }),
    )
    expect(results.map(figures)).toEqual([
      [-20, 30, 50, 20],
      { code: 'insufficient-points', available: 30, requested: 31 },
      [-30, 0, 50, 50],
    ])
    expect((await headOf('demo')).seq).toBe(seq + 2)
    expect(await database.sql('select from entries where card_id = $1', [cardId])).toHaveLength(3)
  })

  test.each([
    ['an unknown customer', { kind: 'redeem', customerId: randomUUID(), points: 1 }, { code: 'customer-not-found' }],
    ['an unknown phone', { kind: 'add', phone: '+447000000000', points: 1 }, { code: 'customer-not-found' }],
    ['an unknown transaction', { kind: 'reverse', reverses: randomUUID() }, { code: 'transaction-not-found' }],
  ] as const)('names %s', async (_, part, refusal) => {
    expect(figures((await apply(change(part)))[0])).toEqual(refusal)
  })

  test('names an unknown programme, and a programme that the customer is not in', async () => {
    const { id } = await tenant.enrol({ points: 50 })
    const other = randomUUID()
    await database.sql(`insert into programs (tenant_id, id, name) values ('demo', $1, $2)`, [other, `Other ${other}`])
    const results = await apply(
      change({ kind: 'redeem', customerId: id, points: 1, programId: randomUUID() }),
      change({ kind: 'redeem', customerId: id, points: 1, programId: other }),
    )
    expect(results.map(figures)).toEqual([{ code: 'program-not-found' }, { code: 'card-not-found' }])
  })

  test('of an inactive programme: it gives nothing any more, but what was earned can be spent', async () => {
    const { id } = await tenant.enrol({ points: 50 })
    await database.sql(`update programs set active = false where tenant_id = 'demo' and is_default`)
    try {
      const results = await apply(
        change({ kind: 'add', customerId: id, points: 1 }),
        change({ kind: 'redeem', customerId: id, points: 1 }),
      )
      expect(results.map(figures)).toEqual([{ code: 'program-inactive' }, [-1, 49, 50, 1]])
    } finally {
      await database.sql(`update programs set active = true where tenant_id = 'demo'`)
    }
  })
})

describe('an idempotency key (I4)', () => {
  test('gives the first answer again, whatever has happened since', async () => {
    const { id } = await tenant.enrol({ points: 50 })
    const once = change({ kind: 'redeem', customerId: id, points: 20 })
    const [first] = await apply(once)
    await apply(change({ kind: 'add', customerId: id, points: 5 }))
    const [again] = await apply(once)
    expect(again).toEqual({ ...first, replayed: true })
  })

  test('remembers a refusal too, also when it would be granted by now', async () => {
    const { id } = await tenant.enrol({ points: 5 })
    const once = change({ kind: 'redeem', customerId: id, points: 20 })
    const [first] = await apply(once)
    await apply(change({ kind: 'add', customerId: id, points: 50 }))
    const [again] = await apply(once)
    expect(again).toEqual({ ...first, replayed: true })
  })

  test('does not serve another request', async () => {
    const { id } = await tenant.enrol({ points: 50 })
    const once = change({ kind: 'redeem', customerId: id, points: 20 })
    await apply(once)
    expect(await apply({ ...once, points: 21, hash: 'bb'.repeat(16) })).toEqual([{ kind: 'key-reused' }])
  })

  test('is one actor’s and one tenant’s own', async () => {
    const { id } = await tenant.enrol({ points: 50 })
    const theirs = await rival.enrol({ points: 50 })
    const once = change({ kind: 'redeem', customerId: id, points: 20 })
    const results = await apply(
      once,
      { ...once, actor: { ...till, id: 'till-2' } },
      { ...once, tenant: 'rival', customerId: theirs.id },
    )
    expect(results.map((result) => result.kind === 'applied' && !result.replayed)).toEqual([true, true, true])
  })

  test('applies once when 32 connections try at the same time', async () => {
    const { id, cardId } = await tenant.enrol({ points: 50 })
    const many = connect({ url: database.url, connectionsMax: 32, role: 'loyalty_app' })
    const once = change({ kind: 'redeem', customerId: id, points: 20 })
    const all = await Promise.all(Array.from({ length: 32 }, () => applyChanges(many, [once])))
    await many.close()
    expect(all.filter(({ events }) => events.length > 0)).toHaveLength(1)
    const answers = all.map(({ results: [result] }) => figures(result))
    expect(new Set(answers.map((answer) => JSON.stringify(answer)))).toEqual(new Set(['[-20,30,50,20]']))
    const entries = await database.sql('select from entries where card_id = $1 and points < 0', [cardId])
    expect(entries).toHaveLength(1)
  })
})

describe('batches', () => {
  test('of several tenants keep each tenant’s seq gap-free, and never mix their customers (I3, I8)', async () => {
    const ours = await tenant.enrol({ points: 50 })
    const theirs = await rival.enrol({ points: 50 })
    const before = { demo: (await headOf('demo')).seq, rival: (await headOf('rival')).seq }
    const { results, events } = await applyChanges(db, [
      change({ kind: 'redeem', customerId: ours.id, points: 1 }),
      change({ kind: 'redeem', tenant: 'rival', customerId: theirs.id, points: 2 }),
      change({ kind: 'redeem', customerId: theirs.id, points: 3 }),
      change({ kind: 'redeem', tenant: 'rival', customerId: theirs.id, points: 4 }),
      change({ kind: 'redeem', customerId: ours.id, points: 5 }),
    ])
    expect(results.map(figures)).toEqual([
      [-1, 49, 50, 1],
      [-2, 48, 50, 2],
      { code: 'customer-not-found' },
      [-4, 44, 50, 6],
      [-5, 44, 50, 6],
    ])
    expect(events.map(({ tenant: of, seq }) => [of, seq - before[of as 'demo' | 'rival']])).toEqual([
      ['demo', 1],
      ['rival', 1],
      ['rival', 2],
      ['demo', 2],
    ])
  })

  test('that lock the same tenants in other orders never deadlock', async () => {
    const ours = await tenant.enrol({ points: 1000 })
    const theirs = await rival.enrol({ points: 1000 })
    const one = () => change({ kind: 'redeem', customerId: ours.id, points: 1 })
    const two = () => change({ kind: 'redeem', tenant: 'rival', customerId: theirs.id, points: 1 })
    const batches = Array.from({ length: 200 }, (_, index) => (index % 2 ? [one(), two()] : [two(), one()]))
    await Promise.all(batches.map((batch) => applyChanges(db, batch)))
    const cards = await database.sql<{ balance: string }>('select balance from cards where id = any ($1)', [
      [ours.cardId, theirs.cardId],
    ])
    expect(cards.map(({ balance }) => Number(balance))).toEqual([800, 800])
  })

  test('fail as a whole when one change is not even well-formed, and leave nothing behind (I2)', async () => {
    const { id, cardId } = await tenant.enrol({ points: 50 })
    const { seq } = await headOf('demo')
    const broken = change({ kind: 'nonsense' as 'redeem', customerId: id, points: 1 })
    await expect(apply(change({ kind: 'redeem', customerId: id, points: 1 }), broken)).rejects.toThrow(
      'entries_type_check',
    )
    expect((await headOf('demo')).seq).toBe(seq)
    expect(await database.sql('select from entries where card_id = $1', [cardId])).toHaveLength(1)
  })
})

test('every event that was committed is what the contract says, and its text is what is on the stream', async () => {
  const { id } = await tenant.enrol({ points: 50, name: 'Zoë "Z" O’Neil\\' })
  const { events } = await applyChanges(db, [
    change({ kind: 'redeem', customerId: id, points: 1, reason: 'a "quoted"\n reason ✓', orderId: 'A/1' }),
  ])
  const event = JSON.parse(events[0]!.text)
  expect(parseEvent(event).kind).toBe('known')
  expect(event.data).toMatchObject({
    customerName: 'Zoë "Z" O’Neil\\',
    reason: 'a "quoted"\n reason ✓',
    orderId: 'A/1',
  })
  const [stored] = await database.sql<{ data: object; actor: object }>(
    `select data, actor from events where tenant_id = 'demo' and seq = $1`,
    [events[0]!.seq],
  )
  expect(stored).toEqual({ data: event.data, actor: event.actor })
})

test('entry ids sort in commit order, so that newest first needs no other index', async () => {
  const { id, cardId } = await tenant.enrol({ points: 500 })
  for (let round = 0; round < 5; round++) {
    await apply(...Array.from({ length: 20 }, () => change({ kind: 'redeem', customerId: id, points: 1 })))
  }
  const rows = await database.sql<{ card_version: string }>(
    'select card_version from entries where card_id = $1 order by id',
    [cardId],
  )
  expect(rows.map((row) => Number(row.card_version))).toEqual(Array.from({ length: 101 }, (_, index) => index + 1))
})

async function headOf(id: string): Promise<{ seq: number }> {
  const [row] = await database.sql<{ head: string }>('select head from streams where tenant_id = $1', [id])
  return { seq: Number(row!.head) }
}
