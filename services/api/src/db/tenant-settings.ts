import type { Db } from './connect.ts'
import { withTenant } from './tenant-scope.ts'
import type { TenantSettings } from './tables.ts'
import { ApiError } from '../errors.ts'

const FRESH_MS = 10_000
const TENANTS_MAX = 50_000

/** What every request may want to know of its tenant, from memory when it was read in the last ten seconds. */
export type KnownSettings = {
  /** @throws ApiError tenant-not-found */
  read(tenant: string): Promise<TenantSettings>
  /** They have changed: this process reads them again when it is asked next, the others within ten seconds. */
  forget(tenant: string): void
}

export function createKnownSettings(db: Db, now: () => number = () => performance.now()): KnownSettings {
  // A reading that is on its way when they change is forgotten with the rest, so it cannot come back as what is known.
  const known = new Map<string, { settings: Promise<TenantSettings>; readAt: number }>()

  return {
    read(tenant) {
      const found = known.get(tenant)
      if (found && now() - found.readAt < FRESH_MS) return found.settings
      if (known.size >= TENANTS_MAX) known.clear()
      const reading = { settings: readSettings(db, tenant), readAt: now() }
      known.set(tenant, reading)
      reading.settings.catch(() => {
        if (known.get(tenant) === reading) known.delete(tenant)
      })
      return reading.settings
    },
    forget: (tenant) => void known.delete(tenant),
  }
}

async function readSettings(db: Db, tenant: string): Promise<TenantSettings> {
  const row = await withTenant(db, tenant, (trx) =>
    trx.selectFrom('tenants').select('settings').where('id', '=', tenant).executeTakeFirst(),
  )
  if (!row) throw new ApiError('tenant-not-found', `there is no tenant ${tenant}`)
  return row.settings
}
