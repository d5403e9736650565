import type { CustomerTransaction, TenantTransaction } from '../db/tenant-scope.ts'

export type RefreshToken = {
  readonly token_hash: Buffer
  readonly family: string
  readonly kind: 'staff' | 'terminal' | 'customer'
  /** Id of whom it speaks for. */
  readonly subject: string
  readonly expires_at: Date
  readonly used_at: Date | null
}

/** Where refresh tokens are kept: those of a tenant's staff and terminals, or those of a customer, who is of no tenant. */
export type RefreshTokens = {
  /** What every token of these starts with, so that row-level security holds from the first query on. */
  readonly prefix: string
  insert(token: RefreshToken): Promise<unknown>
  /** Locked until the end of the transaction. */
  find(hash: Buffer): Promise<RefreshToken | undefined>
  markUsed(hash: Buffer, at: Date): Promise<unknown>
  endFamily(family: string): Promise<unknown>
}

export function tenantTokens(trx: TenantTransaction, tenant: string): RefreshTokens {
  return {
    prefix: tenant,
    insert: ({ kind, ...token }) => {
      if (kind === 'customer') throw new Error('a customer is of no tenant')
      return trx
        .insertInto('refresh_tokens')
        .values({ tenant_id: tenant, kind, ...token })
        .execute()
    },
    find: (hash) =>
      trx
        .selectFrom('refresh_tokens')
        .selectAll()
        .where('tenant_id', '=', tenant)
        .where('token_hash', '=', hash)
        .forUpdate()
        .executeTakeFirst(),
    markUsed: (hash, at) =>
      trx
        .updateTable('refresh_tokens')
        .set({ used_at: at })
        .where('tenant_id', '=', tenant)
        .where('token_hash', '=', hash)
        .execute(),
    endFamily: (family) =>
      trx.deleteFrom('refresh_tokens').where('tenant_id', '=', tenant).where('family', '=', family).execute(),
  }
}

export function customerTokens(trx: CustomerTransaction, customer: string): RefreshTokens {
  return {
    prefix: `~${customer}`,
    insert: ({ token_hash, family, subject, expires_at, used_at }) =>
      trx
        .insertInto('customer_refresh_tokens')
        .values({ customer_id: subject, token_hash, family, expires_at, used_at })
        .execute(),
    find: async (hash) => {
      const row = await trx
        .selectFrom('customer_refresh_tokens')
        .selectAll()
        .where('customer_id', '=', customer)
        .where('token_hash', '=', hash)
        .forUpdate()
        .executeTakeFirst()
      return row && { ...row, kind: 'customer', subject: row.customer_id }
    },
    markUsed: (hash, at) =>
      trx
        .updateTable('customer_refresh_tokens')
        .set({ used_at: at })
        .where('customer_id', '=', customer)
        .where('token_hash', '=', hash)
        .execute(),
    endFamily: (family) =>
      trx
        .deleteFrom('customer_refresh_tokens')
        .where('customer_id', '=', customer)
        .where('family', '=', family)
        .execute(),
  }
}
