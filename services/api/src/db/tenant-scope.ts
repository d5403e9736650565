import { sql, type Transaction } from 'kysely'
import type { Db } from './connect.ts'
import type { Database } from './tables.ts'

/** A transaction that sees one tenant. Only withTenant makes one, so a query outside a scope does not compile. */
export type TenantTransaction = Transaction<Database> & { readonly [scope]: true }
declare const scope: unique symbol

/** A transaction that sees what is about one customer, in every tenant. Only withCustomer makes one. */
export type CustomerTransaction = Transaction<Database> & { readonly [customerScope]: true }
declare const customerScope: unique symbol

/**
 * Runs `work` in a transaction in which row-level security shows `tenant` and nothing else. Commits when it returns, rolls
 * back when it throws.
 */
export function withTenant<T>(db: Db, tenant: string, work: (trx: TenantTransaction) => Promise<T>): Promise<T> {
  return db.query.transaction().execute(async (trx) => {
    await enter(trx, tenant)
    return work(trx as TenantTransaction)
  })
}

/**
 * The same for reading: every query of `work` sees one snapshot of the database, so that a list and the cursor read beside
 * it agree (I6).
 */
export function withTenantSnapshot<T>(
  db: Db,
  tenant: string,
  work: (trx: TenantTransaction) => Promise<T>,
): Promise<T> {
  return db.query
    .transaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute(async (trx) => {
      await enter(trx, tenant)
      return work(trx as TenantTransaction)
    })
}

/** Runs `work` in a transaction in which row-level security shows what is about that customer, in every tenant. */
export function withCustomer<T>(db: Db, customer: string, work: (trx: CustomerTransaction) => Promise<T>): Promise<T> {
  return db.query.transaction().execute(async (trx) => {
    await enterCustomer(trx, customer)
    return work(trx as CustomerTransaction)
  })
}

/** The same for reading, from one snapshot of the database. */
export function withCustomerSnapshot<T>(
  db: Db,
  customer: string,
  work: (trx: CustomerTransaction) => Promise<T>,
): Promise<T> {
  return db.query
    .transaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute(async (trx) => {
      await enterCustomer(trx, customer)
      return work(trx as CustomerTransaction)
    })
}

async function enter(trx: Transaction<Database>, tenant: string): Promise<void> {
  await sql`select set_config('app.tenant', ${tenant}, true)`.execute(trx)
}

/** Role and setting last as long as the transaction. */
async function enterCustomer(trx: Transaction<Database>, customer: string): Promise<void> {
  await sql`
    select set_config('role', 'loyalty_customer', true), set_config('app.customer', ${customer}, true),
      set_config('app.tenant', '', true)`.execute(trx)
}
