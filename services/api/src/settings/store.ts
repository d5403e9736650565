import { sql } from 'kysely'
import type { z } from 'zod'
import type { TenantTransaction } from '../db/tenant-scope.ts'
import type { patchBody, SettingsRecord } from './schemas.ts'

export async function findSettings(trx: TenantTransaction, tenant: string): Promise<SettingsRecord | undefined> {
  const row = await selectSettings(trx, tenant).executeTakeFirst()
  return row && toRecord(row)
}

/** The same, locked until the end of the transaction. */
export async function lockSettings(trx: TenantTransaction, tenant: string): Promise<SettingsRecord | undefined> {
  // Not `for update`: every row that is written of a tenant holds its key, and must not wait for this.
  const row = await selectSettings(trx, tenant).forNoKeyUpdate().executeTakeFirst()
  return row && toRecord(row)
}

/** Writes what is given, and leaves the rest as it is; a trigger counts the version. */
export async function updateSettings(
  trx: TenantTransaction,
  tenant: string,
  { name, ...settings }: z.output<typeof patchBody>,
): Promise<SettingsRecord> {
  const row = await trx
    .updateTable('tenants')
    .set({
      ...(name === undefined ? {} : { name }),
      settings: sql`settings || ${JSON.stringify(settings)}::jsonb`,
    })
    .where('id', '=', tenant)
    .returning(['name', 'settings', 'version'])
    .executeTakeFirstOrThrow()
  return toRecord(row)
}

/** Whether anything of the tenant is an amount of money. */
export async function hasAmounts(trx: TenantTransaction, tenant: string): Promise<boolean> {
  const anyOf = (table: 'bookings' | 'payments') =>
    trx.selectFrom(table).select('id').where('tenant_id', '=', tenant).limit(1).executeTakeFirst()
  return ((await anyOf('bookings')) ?? (await anyOf('payments'))) !== undefined
}

/** How many payments and entries the dashboard sums up. */
export async function countFigured(trx: TenantTransaction, tenant: string): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select coalesce(sum(entries + payments), 0)::bigint as count from activity_hours where tenant_id = ${tenant}`.execute(
    trx,
  )
  return rows[0]!.count
}

const selectSettings = (trx: TenantTransaction, tenant: string) =>
  trx.selectFrom('tenants').select(['name', 'settings', 'version']).where('id', '=', tenant)

type Row = Awaited<ReturnType<ReturnType<typeof selectSettings>['executeTakeFirstOrThrow']>>

const toRecord = ({ name, settings, version }: Row): SettingsRecord => ({
  name,
  defaultCountry: settings.defaultCountry,
  currency: settings.currency,
  timeZone: settings.timeZone ?? 'UTC',
  adjustmentsNeedApproval: settings.adjustmentsNeedApproval,
  version,
})
