import { sql, type RawBuilder, type Transaction, type TransactionBuilder } from 'kysely'
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
  return inScope(db.query.transaction(), ofTenant(tenant), work)
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
  return inScope(snapshot(db), ofTenant(tenant), work)
}

/** Runs `work` in a transaction in which row-level security shows what is about that customer, in every tenant. */
export function withCustomer<T>(db: Db, customer: string, work: (trx: CustomerTransaction) => Promise<T>): Promise<T> {
  return inScope(db.query.transaction(), ofCustomer(customer), work)
}

/** The same for reading, from one snapshot of the database. */
export function withCustomerSnapshot<T>(
  db: Db,
  customer: string,
  work: (trx: CustomerTransaction) => Promise<T>,
): Promise<T> {
  return inScope(snapshot(db), ofCustomer(customer), work)
}

/** `settings` make the transaction one of that scope, and last as long as it does. */
function inScope<T>(
  transaction: TransactionBuilder<Database>,
  settings: RawBuilder<unknown>,
  work: (trx: TenantTransaction & CustomerTransaction) => Promise<T>,
): Promise<T> {
  return transaction.execute(async (trx) => {
    await settings.execute(trx)
    return work(trx as TenantTransaction & CustomerTransaction)
  })
}

const snapshot = (db: Db) => db.query.transaction().setIsolationLevel('repeatable read').setAccessMode('read only')

const ofTenant = (tenant: string) => sql`select set_config('app.tenant', ${tenant}, true)`

const ofCustomer = (customer: string) => sql`
  select set_config('role', 'loyalty_customer', true), set_config('app.customer', ${customer}, true),
    set_config('app.tenant', '', true)`
