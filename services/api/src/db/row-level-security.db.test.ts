import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createDatabase, type TestDatabase } from '../../../../tests/harness/database.ts'
import { makeTenant, type TestCustomer } from '../../../../tests/harness/tenant.ts'
import { connect, type Db } from './connect.ts'
import { withTenant, withTenantSnapshot } from './tenant-scope.ts'

let database: TestDatabase
let db: Db
let theirs: TestCustomer

beforeAll(async () => {
  database = await createDatabase()
  db = connect({ url: database.url, connectionsMax: 2, role: 'loyalty_app' })
  const ours = await makeTenant(database, 'demo')
  await ours.enrol({ points: 10 })
  theirs = await (await makeTenant(database, 'rival')).enrol({ points: 10 })
})
afterAll(async () => {
  await db.close()
  await database.drop()
})

const tenantTables = () =>
  database.sql<{ name: string; forced: boolean }>(`
    select c.relname as name, c.relrowsecurity and c.relforcerowsecurity as forced
    from pg_class c
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition and c.relname <> 'migrations'
    order by 1`)

describe('tenant scope (I8)', () => {
  test('every table has forced row-level security', async () => {
    const tables = await tenantTables()
    expect(tables.length).toBeGreaterThan(15)
    expect(tables.filter(({ forced }) => !forced)).toEqual([])
  })

  test('inside a scope no row of another tenant shows in any table', async () => {
    const keys = await database.sql<{ name: string; key: string }>(`
      select table_name as name, case table_name when 'tenants' then 'id' else 'tenant_id' end as key
      from information_schema.columns
      where table_schema = 'public' and (column_name = 'tenant_id' or (table_name = 'tenants' and column_name = 'id'))
        and table_name not like 'events\\_%'`)
    expect(keys.length).toBeGreaterThan(12)
    for (const { name, key } of keys) {
      const others = await withTenant(db, 'demo', async (trx) => {
        const readable = await sql<{ can: boolean }>`select has_table_privilege(${name}, 'select') as can`.execute(trx)
        if (!readable.rows[0]!.can) return []
        return (await sql`select 1 from ${sql.table(name)} where ${sql.ref(key)} <> 'demo'`.execute(trx)).rows
      })
      expect(others, name).toEqual([])
    }
  })

  test('a customer of another tenant does not show, not even by phone', async () => {
    const found = await withTenant(db, 'demo', (trx) =>
      trx.selectFrom('customers').selectAll().where('phone', '=', theirs.phone).execute(),
    )
    expect(found).toEqual([])
  })

  test('outside a scope there is nothing to see', async () => {
    for (const { name } of await tenantTables()) {
      const [readable] = (
        await sql<{ can: boolean }>`select has_table_privilege(${name}, 'select') as can`.execute(db.query)
      ).rows
      if (readable!.can) expect((await sql`select 1 from ${sql.table(name)}`.execute(db.query)).rows, name).toEqual([])
    }
  })

  test('a row cannot be written for another tenant', async () => {
    const write = withTenant(db, 'demo', (trx) =>
      trx
        .insertInto('programs')
        .values({ tenant_id: 'rival', id: '0199f000-0000-7000-8000-000000000001', name: 'Ours now' })
        .execute(),
    )
    await expect(write).rejects.toThrow('row-level security')
  })

  test('the scope ends with its transaction, also on the same connection', async () => {
    const one = connect({ url: database.url, connectionsMax: 1, role: 'loyalty_app' })
    await withTenant(one, 'demo', async () => undefined)
    expect(await one.query.selectFrom('members').selectAll().execute()).toEqual([])
    await one.close()
  })

  test('points move through apply_changes alone: the application can write neither cards, entries nor events', async () => {
    for (const statement of [
      'update cards set balance = 0',
      'delete from cards',
      'delete from entries',
      'update entries set points = 1',
      'delete from events',
      'update streams set head = 0',
    ]) {
      await expect(withTenant(db, 'demo', (trx) => sql.raw(statement).execute(trx))).rejects.toThrow(
        'permission denied',
      )
    }
  })

  test('the application cannot make tenants nor start an epoch', async () => {
    await expect(sql`select start_new_epoch()`.execute(db.query)).rejects.toThrow('permission denied')
    await expect(sql`select create_tenant('x', 'X', '{}')`.execute(db.query)).rejects.toThrow('permission denied')
  })
})

test('a snapshot scope sees one moment, whatever is committed meanwhile (I6)', async () => {
  await withTenantSnapshot(db, 'demo', async (trx) => {
    const before = await trx.selectFrom('members').select('display_name').execute()
    await database.sql(`update members set display_name = 'Changed' where tenant_id = 'demo'`)
    expect(await trx.selectFrom('members').select('display_name').execute()).toEqual(before)
  })
})

test('nobody, not even the owner, changes or deletes what was entered in the ledger', async () => {
  await expect(database.sql('update entries set points = 1')).rejects.toThrow('append-only')
  await expect(database.sql('delete from entries')).rejects.toThrow('append-only')
  await expect(database.sql('truncate entries')).rejects.toThrow('append-only')
  await expect(database.sql('delete from cards')).rejects.toThrow('append-only')
})
