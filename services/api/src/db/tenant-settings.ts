import type { Db } from './connect.ts'
import { withTenant } from './tenant-scope.ts'
import type { TenantSettings } from './tables.ts'
import { ApiError } from '../errors.ts'

const FRESH_MS = 10_000
const TENANTS_MAX = 50_000

/** Reads a tenant's settings, from memory when they were read in the last ten seconds. */
export type ReadSettings = (tenant: string) => Promise<TenantSettings>

/** @throws (from the reader) ApiError tenant-not-found */
export function settingsReader(db: Db, now: () => number = () => performance.now()): ReadSettings {
  const known = new Map<string, { settings: TenantSettings; readAt: number }>()
  return async (tenant) => {
    const found = known.get(tenant)
    if (found && now() - found.readAt < FRESH_MS) return found.settings
    const readAt = now()
    const row = await withTenant(db, tenant, (trx) =>
      trx.selectFrom('tenants').select('settings').where('id', '=', tenant).executeTakeFirst(),
    )
    if (!row) throw new ApiError('tenant-not-found', `there is no tenant ${tenant}`)
    if (known.size >= TENANTS_MAX) known.clear()
    known.set(tenant, { settings: row.settings, readAt })
    return row.settings
  }
}
