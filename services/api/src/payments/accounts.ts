import { sql } from 'kysely'
import { z } from 'zod'
import type { Db } from '../db/connect.ts'
import { withTenant, type TenantTransaction } from '../db/tenant-scope.ts'
import { ApiError } from '../errors.ts'
import type { Account, ProviderName } from './provider.ts'
import type { SecretBox } from './sealing.ts'

const FRESH_MS = 5_000
const KNOWN_MAX = 10_000
const HINT_LENGTH = 4
/** Of a shorter secret four characters would be too much of it. */
const HINTED_LENGTH_MIN = 8

/** Tenants' accounts with providers. */
export type Accounts = {
  /** As it was in the last five seconds; null when there is none that we can open. Never throws for an unknown tenant. */
  read(tenant: string, provider: ProviderName): Promise<Account | null>
  /** Replaces it. @throws ApiError secrets-key-missing */
  write(trx: TenantTransaction, tenant: string, provider: ProviderName, account: Account): Promise<void>
  /** Reads it anew from now on. */
  forget(tenant: string, provider: ProviderName): void
}

const secretsSchema = z.record(z.string(), z.string())

export function createAccounts(db: Db, box: SecretBox | null, nowMs: () => number = () => performance.now()): Accounts {
  const known = new Map<string, { account: Account | null; readAt: number }>()

  return {
    async read(tenant, provider) {
      const name = ownerOf(tenant, provider)
      const found = known.get(name)
      if (found && nowMs() - found.readAt < FRESH_MS) return found.account
      const readAt = nowMs()
      const row = await withTenant(db, tenant, (trx) => findAccount(trx, tenant, provider))
      const clear = row && box ? box.open(name, { keyId: row.key_id, sealed: row.sealed }) : null
      const account =
        clear === null ? null : { settings: row!.settings, secrets: secretsSchema.parse(JSON.parse(clear)) }
      if (known.size >= KNOWN_MAX) known.clear()
      known.set(name, { account, readAt })
      return account
    },
    async write(trx, tenant, provider, account) {
      if (!box) {
        throw new ApiError('secrets-key-missing', 'this server has no key to keep secrets with: set SECRETS_KEY')
      }
      const values = sealAccount(box, tenant, provider, account)
      await trx
        .insertInto('payment_providers')
        .values({ tenant_id: tenant, provider, ...values })
        .onConflict((conflict) =>
          conflict
            .columns(['tenant_id', 'provider'])
            .doUpdateSet({ ...values, version: sql`payment_providers.version + 1`, updated_at: sql`now()` }),
        )
        .execute()
    },
    forget: (tenant, provider) => void known.delete(ownerOf(tenant, provider)),
  }
}

/** An account as its row keeps it. */
export function sealAccount(box: SecretBox, tenant: string, provider: ProviderName, { settings, secrets }: Account) {
  const { keyId, sealed } = box.seal(ownerOf(tenant, provider), JSON.stringify(secrets))
  return {
    settings: JSON.stringify(settings),
    sealed,
    key_id: keyId,
    hints: JSON.stringify(hintsOf(secrets)),
  }
}

/** What a sealed account belongs to: nobody can give it to another tenant by copying a row. */
const ownerOf = (tenant: string, provider: ProviderName) => `${tenant} ${provider}`

function findAccount(trx: TenantTransaction, tenant: string, provider: ProviderName) {
  return trx
    .selectFrom('payment_providers')
    .select(['settings', 'sealed', 'key_id'])
    .where('tenant_id', '=', tenant)
    .where('provider', '=', provider)
    .executeTakeFirst()
}

/** The last characters of each secret, so that people can tell which one it is. */
const hintsOf = (secrets: Account['secrets']) =>
  Object.fromEntries(
    Object.entries(secrets).map(([name, secret]) => [
      name,
      secret.length < HINTED_LENGTH_MIN ? '' : secret.slice(-HINT_LENGTH),
    ]),
  )
