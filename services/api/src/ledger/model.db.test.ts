import { randomUUID } from 'node:crypto'
import { parseEvent, type StreamEvent } from '@loyalty-live/events'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Random } from '../../../../scripts/random.ts'
import { createDatabase, type TestDatabase } from '../../../../tests/harness/database.ts'
import { LedgerModel } from '../../../../tests/harness/ledger-model.ts'
import { randomOfRun } from '../../../../tests/harness/random.ts'
import { makeTenant, type TestCustomer } from '../../../../tests/harness/tenant.ts'
import { connect, type Db } from '../db/connect.ts'
import { applyChanges, type Change, type ChangeResult } from './apply.ts'
import { Lanes } from './lanes.ts'

const OPERATIONS = Number(process.env['OPERATIONS'] ?? 12_000)
const TILLS = 24
const PROCESSES = 3
const TENANTS = ['alpha', 'beta', 'gamma']

/** One request and its answer, with the order in which requests began and ended. */
type Done = { change: Change; began: number; ended: number; headBefore: number; result: ChangeResult }

let database: TestDatabase
const customers = new Map<string, TestCustomer[]>()
const processes: { db: Db; lanes: Lanes }[] = []
const relayed: string[] = []

beforeAll(async () => {
  database = await createDatabase()
  for (const id of TENANTS) {
    const tenant = await makeTenant(database, id)
    customers.set(id, await Promise.all([0, 40, 500, 5000].map((points) => tenant.enrol({ points }))))
  }
  // One of them lets points that were spent be taken back.
  await database.sql(`update programs set debt_policy = 'allow' where tenant_id = 'gamma'`)
  for (let index = 0; index < PROCESSES; index++) {
    const db = connect({ url: database.url, connectionsMax: 4, role: 'loyalty_app' })
    const lanes = new Lanes({
      apply: (changes) => applyChanges(db, changes),
      onCommitted: (events) => relayed.push(...events.map(({ text }) => text)),
      lanes: 2,
      queueMax: 1000,
    })
    processes.push({ db, lanes })
  }
})
afterAll(async () => {
  await Promise.all(processes.map(({ db }) => db.close()))
  await database.drop()
})

test(`${OPERATIONS} operations of ${TILLS} tills over ${PROCESSES} processes agree with a simple model (I1-I4)`, async () => {
  const random = randomOfRun()
  console.log(`ledger model: SEED=${random.seed}`)
  const done = await runTills(random)
  const replayed = done.filter(({ result }) => result.kind !== 'key-reused' && result.replayed).length
  const refused = done.filter(({ result }) => result.kind === 'refused').length
  console.log(`ledger model: ${done.length} operations, ${refused} refused, ${replayed} replayed`)
  // A run in which little happened would prove little.
  expect(refused).toBeGreaterThan(done.length / 50)
  expect(replayed).toBeGreaterThan(done.length / 50)

  for (const tenant of TENANTS) await checkTenant(tenant, done)
  checkRepeats(done)
  const applied = done.filter(({ result }) => result.kind === 'applied' && !result.replayed)
  expect(relayed).toHaveLength(applied.length)
}, 120_000)

async function runTills(random: Random): Promise<Done[]> {
  const done: Done[] = []
  const heads = new Map(TENANTS.map((tenant) => [tenant, 0]))
  let clock = 0
  let left = OPERATIONS

  async function request(change: Change): Promise<void> {
    const { lanes } = random.pick(processes)
    const began = clock++
    const headBefore = heads.get(change.tenant)!
    const result = await lanes.apply(change)
    if (result.kind === 'applied') {
      heads.set(change.tenant, Math.max(heads.get(change.tenant)!, result.applied.seq))
    }
    done.push({ change, began, ended: clock++, headBefore, result })
  }

  await Promise.all(
    Array.from({ length: TILLS }, async (_, till) => {
      const actor = { type: 'terminal', id: `till-${till}`, name: `Till ${till}` } as const
      const own: Change[] = []
      while (left-- > 0) {
        const next = nextChange(random, actor, own, done)
        own.push(next)
        // Now and then the same request twice at once: a cashier who clicks twice, a client that times out.
        if (random.chance(0.05)) await Promise.all([request(next), request(next)])
        else await request(next)
      }
    }),
  )
  return done
}

function nextChange(random: Random, actor: Change['actor'], own: readonly Change[], done: readonly Done[]): Change {
  const tenant = random.pick(TENANTS)
  const customer = random.pick(customers.get(tenant)!)
  const kind = random.weighted({
    redeem: 40,
    add: 18,
    adjust: 8,
    reverse: 14,
    repeat: 12,
    reuse: 3,
    stranger: 3,
    huge: 4,
  })
  const fresh: Change = {
    tenant,
    actor,
    key: randomUUID(),
    hash: randomUUID().replaceAll('-', ''),
    kind: 'redeem',
    ...(random.chance(0.5) ? { customerId: customer.id } : { phone: customer.phone }),
    points: random.int(1, 60),
    reason: null,
    orderId: random.chance(0.3) ? `order-${random.int(1, 500)}` : null,
  }
  const repeated = own.length > 0 ? random.pick(own) : fresh
  switch (kind) {
    case 'redeem':
      return fresh
    case 'add':
      return { ...fresh, kind: random.pick(['add', 'scan', 'payment']) }
    case 'adjust':
      return { ...fresh, kind: 'adjust', points: random.pick([-1, 1]) * random.int(1, 40) }
    case 'huge':
      return { ...fresh, points: random.int(10_000, 1_000_000) }
    case 'stranger': {
      const { phone: _, ...rest } = fresh
      return { ...rest, customerId: randomUUID() }
    }
    case 'repeat':
      return repeated
    case 'reuse':
      return { ...repeated, hash: fresh.hash }
    case 'reverse': {
      const result = done.length > 0 ? random.pick(done).result : undefined
      const target = result?.kind === 'applied' ? result.applied.transactionId : randomUUID()
      const { customerId: _, phone: __, points: ___, ...rest } = fresh
      return { ...rest, kind: 'reverse', reverses: target }
    }
  }
}

/** Replays the tenant's stream through the model and holds every event, answer, card and entry against it. */
async function checkTenant(tenant: string, done: readonly Done[]): Promise<void> {
  const events = await readEvents(tenant)
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1))

  const entries = new Map(
    (
      await database.sql<{ id: string; reverses: string | null }>(
        'select id, reverses from entries where tenant_id = $1',
        [tenant],
      )
    ).map((row) => [row.id, row.reverses]),
  )
  const model = new LedgerModel()
  const bySeq = new Map<number, unknown>()
  for (const event of events) {
    if (event.type !== 'loyalty_updated') continue
    const { cardId, transactionId, transactionType, pointsChange } = event.data
    const entry = { card: cardId, type: transactionType, points: pointsChange }
    const card = model.apply(event.seq, transactionId, entry, entries.get(transactionId) ?? null)
    expect([
      event.data.newBalance,
      event.data.totalPointsEarned,
      event.data.totalPointsRedeemed,
      event.data.cardVersion,
    ]).toEqual([card.balance, card.earned, card.redeemed, card.version])
    bySeq.set(event.seq, { transactionId, cardId, pointsChange, ...card })
    if (tenant !== 'gamma') expect(card.balance).toBeGreaterThanOrEqual(0)
  }
  expect(model.entries.size).toBe(entries.size)

  checkAnswers(tenant, done, model, bySeq)
  await checkCards(tenant, model)
}

function checkAnswers(
  tenant: string,
  all: readonly Done[],
  model: LedgerModel,
  bySeq: ReadonlyMap<number, unknown>,
): void {
  const done = all.filter(({ change }) => change.tenant === tenant)
  // A request that began after this one ended comes after it on the stream: that bounds what this one can have seen.
  const byBegin = done.toSorted((a, b) => b.began - a.began)
  let headAfter = Number.MAX_SAFE_INTEGER
  const bound = new Map<number, number>()
  for (const { began, result } of byBegin) {
    if (result.kind === 'applied' && !result.replayed) headAfter = Math.min(headAfter, result.applied.seq - 1)
    bound.set(began, headAfter)
  }
  const begins = byBegin.map(({ began }) => began).toReversed()
  const headAt = (ended: number) => bound.get(begins.find((began) => began > ended) ?? -1) ?? Number.MAX_SAFE_INTEGER

  for (const { change, result, headBefore, ended } of done) {
    if (result.kind === 'applied') {
      const { epoch: _, seq, cardVersion, ...applied } = result.applied
      expect({ ...applied, version: cardVersion }).toEqual(bySeq.get(seq))
    } else if (result.kind === 'refused' && !result.replayed) {
      const { code, available, requested } = result.refusal as { code: string; available?: number; requested?: number }
      if (code === 'insufficient-points') {
        expect(requested).toBeGreaterThan(available!)
        const card = cardOf(change, model)
        const seen = model.balancesBetween(card, headBefore, headAt(ended)).map((balance) => Math.max(balance, 0))
        expect(seen).toContain(available)
      } else if (code === 'already-reversed') {
        expect(model.reversed).toContain(change.reverses)
      } else if (code === 'not-reversible') {
        expect(['reverse', 'enrol']).toContain(model.entries.get(change.reverses!)?.type)
      } else if (code === 'transaction-not-found') {
        expect(model.entries.has(change.reverses!)).toBe(false)
      } else {
        expect(code).toBe('customer-not-found')
        expect(customers.get(tenant)!.map(({ id }) => id)).not.toContain(change.customerId)
      }
    }
  }
}

function cardOf(change: Change, model: LedgerModel): string {
  if (change.reverses) return model.entries.get(change.reverses)!.card
  return customers.get(change.tenant)!.find(({ id, phone }) => id === change.customerId || phone === change.phone)!
    .cardId
}

async function checkCards(tenant: string, model: LedgerModel): Promise<void> {
  const cards = await database.sql<
    Record<'id' | 'balance' | 'earned' | 'redeemed' | 'version' | 'total' | 'last', string>
  >(
    `select c.id, c.balance, c.earned, c.redeemed, c.version,
       (select sum(points) from entries e where e.tenant_id = c.tenant_id and e.card_id = c.id) as total,
       (select balance_after from entries e where e.tenant_id = c.tenant_id and e.card_id = c.id order by card_version desc limit 1) as last
     from cards c where tenant_id = $1`,
    [tenant],
  )
  for (const { id, balance, earned, redeemed, version, total, last } of cards) {
    expect({ balance, earned, redeemed, version }).toEqual(
      Object.fromEntries(Object.entries(model.cards.get(id)!).map(([key, value]) => [key, String(value)])),
    )
    expect([total, last]).toEqual([balance, balance])
  }
}

/** Every answer under one key is the first answer, or says that the key belongs to another request. */
function checkRepeats(done: readonly Done[]): void {
  const first = new Map<string, string>()
  const fresh = new Map<string, number>()
  for (const { change, result } of done) {
    const id = `${change.tenant} ${change.actor.id} ${change.key} ${change.hash}`
    if (result.kind === 'key-reused') continue
    const { replayed, ...answer } = result
    const text = JSON.stringify(answer)
    expect(first.get(id) ?? text).toBe(text)
    first.set(id, text)
    if (!replayed) fresh.set(id, (fresh.get(id) ?? 0) + 1)
  }
  expect([...fresh.values()].every((times) => times === 1)).toBe(true)
}

async function readEvents(tenant: string): Promise<StreamEvent[]> {
  const rows = await database.sql<{ event: object }>(
    `select json_build_object('id', id, 'type', type, 'version', version, 'tenant', tenant_id, 'epoch', epoch, 'seq', seq,
       'timestamp', to_char(created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'actor', actor, 'data', data) as event
     from events where tenant_id = $1 order by seq`,
    [tenant],
  )
  return rows.map(({ event }) => {
    const parsed = parseEvent(event)
    if (parsed.kind !== 'known') throw new Error(`not an event of the contract: ${JSON.stringify(parsed)}`)
    return parsed.event
  })
}
