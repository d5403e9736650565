import { randomBytes } from 'node:crypto'
import { parseEvent, type Actor, type StreamEvent } from '@loyalty-live/events'
import { connect, type Db } from '../../services/api/src/db/connect.ts'
import type { Result } from '../../services/api/src/http/result.ts'
import { decide, engage, type Engaged, type Engagement } from '../../services/api/src/stream/engage.ts'
import { createDatabase, type TestDatabase } from './database.ts'
import { makeTenant, type TestCustomer, type TestTenant } from './tenant.ts'

type Input = Record<string, unknown>

export const TILL: Actor = { type: 'terminal', id: 'till-1', name: 'Till 1' }

export const newNonce = () => randomBytes(12).toString('hex')

/** Two businesses whose engagements are written without HTTP: what is asked of customers, and what they decide. */
export type Engagements = {
  readonly database: TestDatabase
  readonly db: Db
  readonly demo: TestTenant
  /** What was committed since it was emptied, each read by the contract. */
  readonly told: StreamEvent[]
  /** Types in `told`, of notifications with their kind. */
  types(): string[]
  /** Rules of every programme, which is switched on and allows no debt. */
  rules(pointsPerScan: number, welcomeBonus: number): Promise<unknown>
  needApproval(needed: boolean): Promise<unknown>
  /** In demo, by a till, without a key, unless `more` says otherwise. */
  run(operation: Engagement['operation'], input: Input, more?: Partial<Engagement>): Promise<Result<Engaged>>
  /** By a new code. */
  scan(customerId: string, more?: Input): Promise<Result<Engaged>>
  /** Somebody whom rival knows and demo does not. */
  stranger(): Promise<TestCustomer>
  /** What the customer is asked in demo, newest first. */
  asked(customerId: string): Promise<{ id: string; adjustment_id: string }[]>
  /** The customer's answer to one of these; to the newest, unless it is named. */
  answer(customerId: string, accept: boolean, notificationId?: string): Promise<Result<Engaged>>
  /** Of demo. */
  cardOf(customerId: string): Promise<{ balance: string; version: string } | undefined>
  close(): Promise<void>
}

export async function openEngagements(): Promise<Engagements> {
  const database = await createDatabase()
  const db = connect({ url: database.url, connectionsMax: 16, role: 'loyalty_app' })
  const demo = await makeTenant(database, 'demo')
  const rival = await makeTenant(database, 'rival')
  const told: StreamEvent[] = []

  function onCommitted(events: readonly { text: string }[]): void {
    for (const { text } of events) {
      const parsed = parseEvent(JSON.parse(text))
      if (parsed.kind !== 'known') throw new Error(`not an event of the contract: ${text}`)
      told.push(parsed.event)
    }
  }

  const run: Engagements['run'] = (operation, input, more = {}) =>
    engage({ db, onCommitted }, { operation, tenant: 'demo', actor: TILL, key: null, hash: null, input, ...more })

  const asked: Engagements['asked'] = (customerId) =>
    database.sql(
      `select id, adjustment_id from notifications
       where tenant_id = 'demo' and customer_id = $1 and kind like '%request' order by id desc`,
      [customerId],
    )

  return {
    database,
    db,
    demo,
    told,
    types: () =>
      told.map((event) => (event.type === 'notification_created' ? `${event.type} ${event.data.kind}` : event.type)),
    rules: (pointsPerScan, welcomeBonus) =>
      database.sql(
        `update programs set points_per_scan = $1, welcome_bonus = $2, debt_policy = 'refuse', active = true`,
        [pointsPerScan, welcomeBonus],
      ),
    needApproval: (needed) =>
      database.sql(
        `update tenants set settings = settings || jsonb_build_object('adjustmentsNeedApproval', $1::boolean)`,
        [needed],
      ),
    run,
    scan: (customerId, more = {}) => run('scan_customer', { customerId, nonce: newNonce(), ...more }),
    stranger: () => rival.enrol({ name: 'Stella Stranger', points: 5 }),
    asked,
    async answer(customerId, accept, notificationId) {
      const id = notificationId ?? (await asked(customerId))[0]!.id
      const actor: Actor = { type: 'customer', id: customerId, name: 'Stella' }
      return decide({ db, onCommitted }, { customerId, notificationId: id, accept, actor })
    },
    async cardOf(customerId) {
      const [card] = await database.sql<{ balance: string; version: string }>(
        `select balance, version from cards where tenant_id = 'demo' and customer_id = $1`,
        [customerId],
      )
      return card
    },
    async close() {
      await db.close()
      await database.drop()
    },
  }
}
