import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDatabase, type TestDatabase } from '../../../../tests/harness/database.ts'
import { makeTenant, type TestCustomer } from '../../../../tests/harness/tenant.ts'
import { connect, type Db } from './connect.ts'
import { withCustomer, withCustomerSnapshot, withTenant } from './tenant-scope.ts'

let database: TestDatabase
let db: Db
let john: TestCustomer
let jane: TestCustomer

const JOHNS_PHONE = '+447306506797'

beforeAll(async () => {
  database = await createDatabase()
  db = connect({ url: database.url, connectionsMax: 1, role: 'loyalty_app' })
  const demo = await makeTenant(database, 'demo')
  const rival = await makeTenant(database, 'rival')
  await makeTenant(database, 'stranger')
  john = await demo.enrol({ name: 'John Doe', phone: JOHNS_PHONE, points: 10 })
  await rival.enrol({ name: 'J. Doe', phone: JOHNS_PHONE, points: 20 })
  jane = await rival.enrol({ points: 30 })
})
afterAll(async () => {
  await db.close()
  await database.drop()
})

/** What a customer's scope reads of a table, by one column. */
const read = (customer: string, table: string, column: string) =>
  withCustomerSnapshot(db, customer, async (trx) => {
    const query = sql<{ value: unknown }>`select ${sql.ref(column)} as value from ${sql.table(table)} order by 1`
    return (await query.execute(trx)).rows.map(({ value }) => value)
  })

test('a customer sees their own rows in every tenant', async () => {
  expect(await read(john.id, 'cards', 'balance')).toEqual([10, 20])
  expect(await read(john.id, 'entries', 'points')).toEqual([10, 20])
  expect(await read(john.id, 'enrolments', 'tenant_id')).toEqual(['demo', 'rival'])
  expect(await read(john.id, 'customers', 'phone')).toEqual([JOHNS_PHONE])
})

test('of tenants, the name and where the stream stands of those that know them, and of no other', async () => {
  expect(await read(john.id, 'tenants', 'id')).toEqual(['demo', 'rival'])
  expect(await read(john.id, 'programs', 'tenant_id')).toEqual(['demo', 'rival'])
  expect(await read(john.id, 'streams', 'tenant_id')).toEqual(['demo', 'rival'])
  expect(await read(jane.id, 'tenants', 'id')).toEqual(['rival'])
  expect(await read(randomUUID(), 'tenants', 'id')).toEqual([])
})

test('no row of anybody else shows in any table', async () => {
  const tables = await database.sql<{ name: string }>(
    `select table_name as name from information_schema.column_privileges
     where grantee = 'loyalty_customer' and column_name = 'customer_id' and privilege_type = 'SELECT'`,
  )
  expect(tables.length).toBeGreaterThan(5)
  for (const { name } of tables) {
    const owners = new Set(await read(john.id, name, 'customer_id'))
    owners.delete(john.id)
    expect([...owners], name).toEqual([])
  }
})

test.each([
  ['what a tenant calls them', 'select display_name from members'],
  ['whether they are VIP', 'select vip from members'],
  ['who served them', 'select actor_name from entries'],
  ['who asked them to enrol', 'select actor_name from enrolments'],
  ['who proposed a change', 'select actor_id from adjustments'],
  ['settings of a tenant', 'select settings from tenants'],
  ['rules of a programme', 'select points_per_scan from programs'],
  ['the stream', 'select seq from events'],
  ['staff', 'select id from staff'],
  ['codes that were sent', 'select phone from customer_codes'],
])('a customer does not read %s', async (_, statement) => {
  await expect(withCustomer(db, john.id, (trx) => sql.raw(statement).execute(trx))).rejects.toThrow('permission denied')
})

test.each([
  'update cards set balance = 1000',
  `insert into enrolments (tenant_id, customer_id, program_id, status, method)
   select tenant_id, customer_id, program_id, 'active', 'manual' from enrolments`,
  'delete from notifications',
  'update notifications set points = 1',
  `select apply_changes('[]')`,
])('a customer cannot: %s', async (statement) => {
  await expect(withCustomer(db, john.id, (trx) => sql.raw(statement).execute(trx))).rejects.toThrow('permission denied')
})

test('a tenant sees no more than before, although it may become a customer', async () => {
  const seen = await withTenant(db, 'demo', async (trx) => {
    await sql`select set_config('app.customer', ${john.id}, true)`.execute(trx)
    return trx.selectFrom('cards').select('tenant_id').execute()
  })
  expect(seen).toEqual([{ tenant_id: 'demo' }])
})

test('the scope ends with its transaction, also on the same connection', async () => {
  await withCustomer(db, john.id, async () => undefined)
  const { rows } = await sql<{ role: string; customer: string }>`
    select current_user as role, current_setting('app.customer', true) as customer`.execute(db.query)
  expect(rows).toEqual([{ role: 'loyalty_app', customer: '' }])
  expect(await db.query.selectFrom('cards').selectAll().execute()).toEqual([])
})
