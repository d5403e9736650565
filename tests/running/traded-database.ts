import { randomUUID } from 'node:crypto'
import type { ClientBase } from 'pg'
import type { Random } from '../../scripts/random.ts'
import { audit, retentionStart } from '../../scripts/verify/audit.ts'
import { connect, type Db } from '../../services/api/src/db/connect.ts'
import { applyChanges, type Change } from '../../services/api/src/ledger/apply.ts'
import { decide, engage, type Engagement } from '../../services/api/src/stream/engage.ts'
import { keepCallback } from '../../services/api/src/payments/keep-callback.ts'
import type { ChargeFact } from '../../services/api/src/payments/provider.ts'
import { createDatabase, type TestDatabase } from '../harness/database.ts'
import { randomOfRun } from '../harness/random.ts'
import { makeTenant, type TestCustomer, type TestTenant } from '../harness/tenant.ts'

export const CHANGES = 600

/** A database with a history: two tenants, changes of every kind by tills and by hand. */
export type TradedDatabase = {
  readonly database: TestDatabase
  readonly demo: TestTenant
  /** Of `demo`. */
  readonly customers: readonly TestCustomer[]
  /** Goes on: so many more changes in `demo`. */
  tradeMore(count: number): Promise<void>
  /** Runs `work` in a transaction of which nothing stays. */
  rolledBack<T>(work: (client: ClientBase) => Promise<T>): Promise<T>
  drop(): Promise<void>
}

export async function makeTradedDatabase(): Promise<TradedDatabase> {
  const database = await createDatabase()
  await database.sql('select maintain_events(7)')
  const db = connect({ url: database.url, connectionsMax: 2, role: 'loyalty_app' })
  const demo = await makeTenant(database, 'demo')
  const rival = await makeTenant(database, 'rival')
  const customers = await Promise.all([0, 100, 500, 2_000].map((points) => demo.enrol({ points })))
  const rivals = await Promise.all([50, 300].map((points) => rival.enrol({ points })))
  const random = randomOfRun()
  console.log(`history: SEED=${random.seed}`)
  await trade(db, random, demo, customers, CHANGES)
  await trade(db, random, rival, rivals, CHANGES / 10)
  await database.sql(`update members set vip = true where customer_id = $1`, [customers[0]!.id])
  await database.sql(`update cards set balance = balance + 7 where id = $1`, [customers[1]!.cardId])
  await trade(db, random, demo, customers, 20)
  await engageCustomers(database, db, customers, rivals)
  await payIn(database, db, customers)
  return {
    database,
    demo,
    customers,
    tradeMore: (count) => trade(db, random, demo, customers, count),
    rolledBack: (work) => rolledBack(database, work),
    async drop() {
      await db.close()
      await database.drop()
    },
  }
}

/** Names of the checks that do not hold, as a connection sees the database. */
export async function brokenChecks(
  client: ClientBase,
  options: { tenant?: string; keptSince?: Date } = {},
): Promise<string[]> {
  const keptSince = retentionStart(new Date(), 7)
  const findings = await audit(client, { tenant: null, keptSince, ...options })
  return findings.filter(({ breaches }) => breaches > 0).map(({ check }) => check.name)
}

/** One change of `demo`, as the ledger's function takes it. */
export async function apply(client: ClientBase, change: Partial<Change>) {
  const { rows } = await client.query<{ outcome: string; transaction_id: string }>('select * from apply_changes($1)', [
    JSON.stringify([
      { tenant: 'demo', actor: { type: 'system', id: 'test', name: null }, key: null, hash: null, ...change },
    ]),
  ])
  return rows
}

async function rolledBack<T>(database: TestDatabase, work: (client: ClientBase) => Promise<T>): Promise<T> {
  const nothingStays = new Error('rolled back')
  let result: T
  await database
    .transaction(async (client) => {
      result = await work(client)
      throw nothingStays
    })
    .catch((error: unknown) => {
      if (error !== nothingStays) throw error
    })
  return result!
}

/** Changes of every kind, some refused, some sent again under their key. */
async function trade(
  db: Db,
  random: Random,
  tenant: TestTenant,
  people: readonly TestCustomer[],
  count: number,
): Promise<void> {
  const done: string[] = []
  let last: Change | null = null
  for (let made = 0; made < count; made++) {
    const reverses = random.chance(0.1) ? done.pop() : undefined
    const change: Change = {
      tenant: tenant.id,
      actor: { type: 'terminal', id: tenant.terminalId, name: 'Till 1' },
      key: randomUUID(),
      hash: '00',
      kind: reverses === undefined ? random.weighted({ add: 5, redeem: 5 }) : 'reverse',
      ...(reverses === undefined ? { customerId: random.pick(people).id, points: random.int(1, 80) } : { reverses }),
      orderId: random.chance(0.5) ? `O-${made}` : null,
      reason: null,
    }
    const { results } = await applyChanges(db, [last !== null && random.chance(0.05) ? last : change])
    last = change
    const [result] = results
    if (result?.kind === 'applied' && change.kind !== 'reverse') done.push(result.applied.transactionId)
  }
}

/** Scans, requests and adjustments of `demo`, open and decided. */
async function engageCustomers(
  database: TestDatabase,
  db: Db,
  customers: readonly TestCustomer[],
  strangers: readonly TestCustomer[],
): Promise<void> {
  const deps = { db, onCommitted: () => undefined }
  const actor = { type: 'staff', id: 'owner', name: 'Olive Owner' } as const
  const run = (operation: Engagement['operation'], input: Engagement['input']) =>
    engage(deps, { operation, tenant: 'demo', actor, key: randomUUID(), hash: '00', input })
  const nonce = () => randomUUID().replaceAll('-', '')
  const adjust = (points: number) =>
    run('propose_adjustment', { customerId: customers[3]!.id, points, reason: 'goodwill' })
  const answer = async (customerId: string, accept: boolean) => {
    const [asked] = await database.sql<{ id: string }>(
      `select id from notifications where tenant_id = 'demo' and customer_id = $1 and kind like '%request' order by id desc`,
      [customerId],
    )
    await decide(deps, { customerId, notificationId: asked!.id, accept, actor: { ...actor, type: 'customer' } })
  }

  await run('scan_customer', { customerId: customers[2]!.id, nonce: nonce(), points: 9 })
  for (const { id } of strangers) await run('scan_customer', { customerId: id, nonce: nonce() })
  await answer(strangers[0]!.id, true)
  await adjust(11)
  await database.sql(`update tenants set settings = settings || '{"adjustmentsNeedApproval":true}' where id = 'demo'`)
  await adjust(-5)
  await answer(customers[3]!.id, true)
  await adjust(-6)
}

/** Payments of `demo`: for a booking and refunded in part, told by Paystack with a refund before its charge, and open. */
async function payIn(database: TestDatabase, db: Db, customers: readonly TestCustomer[]): Promise<void> {
  const deps = { db, onCommitted: () => undefined }
  const actor = { type: 'staff', id: 'owner', name: 'Olive Owner' } as const
  const run = (operation: Engagement['operation'], input: Engagement['input']) =>
    engage(deps, { operation, tenant: 'demo', actor, key: randomUUID(), hash: '00', input })
  const customerId = customers[3]!.id
  const [booking] = await database.sql<{ id: string }>(
    `with ruled as (update programs set points_per_currency_unit = 1 where tenant_id = 'demo')
     insert into bookings (tenant_id, customer_id, starts_at, amount_minor, currency)
     values ('demo', $1, now(), 5000, 'GBP') returning id`,
    [customerId],
  )
  const cash = { provider: 'cash', amountMinor: 5_000, currency: 'GBP', bookingId: booking!.id }
  const paid = await run('record_payment', cash)
  if (paid.kind !== 'applied') throw new Error('the cash was not taken')
  await run('refund_payment', { paymentId: paid.applied.record['id'], amountMinor: 1_000, reason: 'cold soup' })
  const money = { reference: 'ref-1', amountMinor: 3_000, currency: 'GBP' }
  const charge: ChargeFact = {
    kind: 'charge',
    status: 'succeeded',
    ...money,
    paidAt: null,
    failure: null,
    detail: {},
    customerId,
    bookingId: null,
    phone: null,
    paymentId: null,
    started: false,
  }
  const refund = { kind: 'refund', key: 'refund-1', ...money, amountMinor: 700, reason: null } as const
  for (const fact of [refund, charge, charge]) {
    const callback = { kind: 'fact', key: `${fact.kind}:ref-1`, fact } as const
    await keepCallback(deps, { name: 'paystack', label: 'Paystack' }, 'demo', callback, Buffer.from('{}'))
  }
  await run('open_payment', {
    provider: 'mpesa',
    configured: true,
    paymentId: randomUUID(),
    reference: 'ws_CO_1',
    amountMinor: 900,
    currency: 'GBP',
    customerId,
    askInSeconds: 60,
  })
}
