import { createHash, randomUUIDv7 } from 'node:crypto'
import type { ClientBase } from 'pg'
import { hashPassword } from '../services/api/src/http/auth/password.ts'
import type { StaffRole, TenantSettings } from '../services/api/src/db/tables.ts'

/*
 * What has no route because nobody is signed in yet: a tenant, its first owner. All of it needs a connection of the database's
 * owner, in a transaction.
 */

const DEFAULT_SETTINGS: TenantSettings = { defaultCountry: 'GB', currency: 'GBP', adjustmentsNeedApproval: false }

export type NewTenant = {
  id: string
  name: string
  programName: string
  /** What the programme gives by itself; nothing by default. */
  rules?: { pointsPerScan: number; pointsPerCurrencyUnit: number }
  settings?: Partial<TenantSettings>
}

/** A tenant with its stream and its default programme; gives the programme's id. */
export async function createTenant(
  client: ClientBase,
  { id, name, programName, rules = { pointsPerScan: 0, pointsPerCurrencyUnit: 0 }, settings }: NewTenant,
): Promise<{ programId: string }> {
  const programId = randomUUIDv7()
  await client.query('select create_tenant($1, $2, $3)', [id, name, { ...DEFAULT_SETTINGS, ...settings }])
  await enter(client, id)
  await client.query(
    `insert into programs (tenant_id, id, name, is_default, points_per_scan, points_per_currency_unit)
     values ($1, $2, $3, true, $4, $5)`,
    [id, programId, programName, rules.pointsPerScan, rules.pointsPerCurrencyUnit],
  )
  return { programId }
}

export type NewStaff = { tenant: string; email: string; name: string; role: StaffRole; password: string }

export async function addStaff(client: ClientBase, { password, ...person }: NewStaff): Promise<string> {
  return addStaffWithHash(client, { ...person, passwordHash: await hashPassword(password) })
}

/** For passwords that were hashed before. */
export async function addStaffWithHash(
  client: ClientBase,
  { tenant, email, name, role, passwordHash }: Omit<NewStaff, 'password'> & { passwordHash: string },
): Promise<string> {
  const id = randomUUIDv7()
  await enter(client, tenant)
  await client.query(
    'insert into staff (tenant_id, id, email, name, role, password_hash) values ($1, $2, $3, $4, $5, $6)',
    [tenant, id, email.toLowerCase(), name, role, passwordHash],
  )
  return id
}

export async function addTerminal(
  client: ClientBase,
  { tenant, name, key }: { tenant: string; name: string; key: string },
): Promise<string> {
  const id = randomUUIDv7()
  const keyHash = createHash('sha256').update(key).digest()
  await enter(client, tenant)
  await client.query('insert into terminals (tenant_id, id, name, key_hash) values ($1, $2, $3, $4)', [
    tenant,
    id,
    name,
    keyHash,
  ])
  return id
}

export type NewMember = { tenant: string; programId: string; phone: string; name: string; points: number }

/** A member with an active enrolment and a card that opens with `points`, as the API itself would make them. */
export async function enrolMember(
  client: ClientBase,
  { tenant, programId, phone, name, points }: NewMember,
): Promise<{ customerId: string; cardId: string }> {
  const actor = { type: 'system', id: 'setup', name: null }
  const { rows: made } = await client.query<{ customer_id: string }>(
    'select (e.member).customer_id from ensure_member($1, $2, $3, $4) e',
    [tenant, phone, name, actor],
  )
  const customerId = made[0]!.customer_id
  // As the application: for anybody else the trigger net would make the card.
  await client.query('set local role loyalty_app')
  await enter(client, tenant)
  await client.query(
    `insert into enrolments (tenant_id, customer_id, program_id, status, method, decided_at)
     values ($1, $2, $3, 'active', 'manual', now())`,
    [tenant, customerId, programId],
  )
  const change = { tenant, actor, kind: 'enrol', customerId, programId, points }
  const { rows: applied } = await client.query<{ card_id: string }>('select card_id from apply_changes($1)', [
    JSON.stringify([change]),
  ])
  await client.query('reset role')
  return { customerId, cardId: applied[0]!.card_id }
}

/** An owner who is no superuser is bound by row-level security too. */
async function enter(client: ClientBase, tenant: string): Promise<void> {
  await client.query(`select set_config('app.tenant', $1, true)`, [tenant])
}
