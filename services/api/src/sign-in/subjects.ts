import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import type { Db } from '../db/connect.ts'
import type { CustomerTransaction, TenantTransaction } from '../db/tenant-scope.ts'
import type { Subject } from './sessions.ts'

/** A member of staff with what their password is checked against. */
export function findByEmail(trx: TenantTransaction, tenant: string, email: string) {
  return trx
    .selectFrom('staff')
    .innerJoin('tenants', 'tenants.id', 'staff.tenant_id')
    .select(['staff.id', 'staff.name', 'role', 'password_hash', 'tenants.name as tenant_name'])
    .where('tenant_id', '=', tenant)
    .where('email', '=', email)
    .where('revoked_at', 'is', null)
    .executeTakeFirst()
}

export async function findTerminal(db: Db, key: string) {
  const keyHash = createHash('sha256').update(key).digest()
  const { rows } = await sql<{ tenant_id: string; id: string; name: string; tenant_name: string }>`
    select * from find_terminal(${keyHash})`.execute(db.query)
  return rows[0]
}

/** Staff and terminals as they are now; null when they were revoked. */
export async function findOfTenant(
  trx: TenantTransaction,
  tenant: string,
  kind: Subject['kind'],
  id: string,
): Promise<Subject | null> {
  if (kind === 'terminal') {
    const terminal = await trx
      .selectFrom('terminals')
      .select(['id', 'name'])
      .where('tenant_id', '=', tenant)
      .where('id', '=', id)
      .where('revoked_at', 'is', null)
      .executeTakeFirst()
    return terminal ? { kind, ...terminal, role: 'terminal' } : null
  }
  const person = await trx
    .selectFrom('staff')
    .select(['id', 'name', 'role'])
    .where('tenant_id', '=', tenant)
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
    .executeTakeFirst()
  return person ? { kind, ...person } : null
}

export async function findCustomer(trx: CustomerTransaction, id: string): Promise<Subject | null> {
  const customer = await trx.selectFrom('customers').select(['id', 'name']).where('id', '=', id).executeTakeFirst()
  return customer ? { kind: 'customer', ...customer, role: 'customer' } : null
}

export async function tenantName(trx: TenantTransaction, tenant: string): Promise<string> {
  const { name } = await trx.selectFrom('tenants').select('name').where('id', '=', tenant).executeTakeFirstOrThrow()
  return name
}
