import { fields } from '@loyalty-live/events'
import type { ClientBase } from 'pg'
import { parsePhone } from '../../services/api/src/http/phone-number.ts'

export type FoundCustomer = {
  readonly customer: { readonly id: string; readonly phone: string; readonly name: string; readonly vip: boolean }
  readonly tenant: { readonly id: string; readonly name: string }
}

/**
 * Finds a customer of a tenant by phone, however it is typed, or by id.
 *
 * @throws Error when there is no such tenant or customer
 */
export async function findCustomer(client: ClientBase, tenantId: string, asked: string): Promise<FoundCustomer> {
  const tenants = await client.query<{ id: string; name: string; country: string }>(
    `select id, name, settings->>'defaultCountry' as country from tenants where id = $1`,
    [tenantId],
  )
  const tenant = tenants.rows[0]
  if (!tenant) throw new Error(`there is no tenant ${tenantId}`)
  const isId = fields.uuid.safeParse(asked).success
  const key = isId ? asked : parsePhone(asked, tenant.country, 'customer')
  const members = await client.query<FoundCustomer['customer']>(
    `select customer_id as id, phone, display_name as name, vip
     from members
     where tenant_id = $1 and ${isId ? 'customer_id' : 'phone'} = $2`,
    [tenantId, key],
  )
  const customer = members.rows[0]
  if (!customer) throw new Error(`${tenant.name} (${tenantId}) has no customer ${key}`)
  return { tenant, customer }
}

/**
 * The cards of a customer in a tenant, the default programme first.
 *
 * @param program name or id; absent: all
 * @throws Error when there is none
 */
export async function findCards(
  client: ClientBase,
  { tenant, customer }: FoundCustomer,
  program: string | undefined,
): Promise<{ id: string; program: string }[]> {
  const { rows } = await client.query<{ id: string; program: string }>(
    `select c.id, p.name as program
     from cards c
     join programs p on p.tenant_id = c.tenant_id and p.id = c.program_id
     where c.tenant_id = $1
       and c.customer_id = $2
       and ($3::text is null or p.id::text = $3 or lower(p.name) = lower($3))
     order by p.is_default desc, p.name`,
    [tenant.id, customer.id, program ?? null],
  )
  if (rows.length > 0) return rows
  throw new Error(`${customer.name} has no card ${program === undefined ? 'at' : `of ${program} at`} ${tenant.name}`)
}
