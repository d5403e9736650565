import { z } from 'zod'
import { withTenant, withTenantSnapshot, type TenantTransaction } from '../db/tenant-scope.ts'
import { ApiError } from '../errors.ts'
import type { App } from '../http/app-types.ts'
import { isoTime } from '../http/fields.ts'
import { pageOf } from '../http/paging.ts'
import { responses } from '../http/problem.ts'
import { readCursor } from '../stream/read.ts'
import type { Db } from '../db/connect.ts'
import type { Accounts } from './accounts.ts'
import { providerNames, type Account, type Provider } from './provider.ts'

export type AccountsOptions = {
  db: Db
  providers: readonly Provider[]
  accounts: Accounts
  /** Where providers reach this API. */
  publicUrl: string
}

const accountItem = z
  .object({
    provider: z.enum(providerNames),
    configured: z.boolean(),
    canStart: z.boolean().meta({ description: 'Whether payments can be started with it, not only received' }),
    webhookUrl: z.string().meta({ description: 'Where the provider sends its callbacks; a secret in it is masked' }),
    settings: z.record(z.string(), z.unknown()),
    hints: z.record(z.string(), z.string()).meta({ description: 'The last characters of each secret' }),
    version: z.int().nullable(),
    updatedAt: isoTime.nullable(),
  })
  .meta({ title: 'PaymentProvider' })

const testResult = z
  .object({
    accepted: z.boolean(),
    status: z.int().meta({ description: 'What this server answered to the callback' }),
    code: z.string().nullable().meta({ description: 'Why not, where it was refused' }),
  })
  .meta({ title: 'CallbackTest' })

const config = { access: ['owner'] } as const
const tags = ['payments']

/** How a business is known to payment providers. Secrets come in here and never go out. */
export function accountRoutes(app: App, { db, providers, accounts, publicUrl }: AccountsOptions): void {
  async function show(trx: TenantTransaction, tenant: string, provider: Provider, account: Account | null) {
    const row = await trx
      .selectFrom('payment_providers')
      .select(['hints', 'version', 'updated_at'])
      .where('tenant_id', '=', tenant)
      .where('provider', '=', provider.name)
      .executeTakeFirst()
    return {
      provider: provider.name,
      configured: account !== null,
      canStart: account !== null && provider.account.canStart(account),
      webhookUrl: `${publicUrl}${provider.callback.shownPath(tenant, account)}`,
      settings: account?.settings ?? {},
      hints: row?.hints ?? {},
      version: row?.version ?? null,
      updatedAt: row?.updated_at.toISOString() ?? null,
    }
  }

  app.route({
    method: 'GET',
    url: '/api/admin/payment-providers',
    config,
    schema: {
      tags,
      summary: 'Payment providers, and which of them are set up',
      response: responses({ 200: pageOf(accountItem) }),
    },
    handler: async ({ caller: { tenant } }) => {
      const known = await Promise.all(providers.map(({ name }) => accounts.read(tenant, name)))
      return withTenantSnapshot(db, tenant, async (trx) => {
        const items: z.input<typeof accountItem>[] = []
        for (const [index, provider] of providers.entries()) {
          items.push(await show(trx, tenant, provider, known[index]!))
        }
        return { items, nextCursor: null, cursor: await readCursor(trx, tenant) }
      })
    },
  })

  for (const provider of providers) {
    app.route({
      method: 'PUT',
      url: `/api/admin/payment-providers/${provider.name}`,
      config,
      schema: {
        tags,
        summary: `Set up ${provider.label}`,
        description: 'What is left out stays as it is. Secrets are kept sealed; they are never shown again.',
        body: provider.account.body,
        response: responses({ 200: accountItem }, 'secrets-key-missing'),
      },
      handler: async ({ caller: { tenant }, body }) => {
        accounts.forget(tenant, provider.name)
        const account = provider.account.accept(body, await accounts.read(tenant, provider.name))
        const shown = await withTenant(db, tenant, async (trx) => {
          await accounts.write(trx, tenant, provider.name, account)
          return show(trx, tenant, provider, account)
        })
        accounts.forget(tenant, provider.name)
        return shown
      },
    })

    app.route({
      method: 'POST',
      url: `/api/admin/payment-providers/${provider.name}/test`,
      config,
      schema: {
        tags,
        summary: `Send this server a callback as ${provider.label} would`,
        description: 'Proved and read like any other; it has no effect.',
        response: responses({ 200: testResult }, 'provider-not-configured'),
      },
      handler: async ({ caller: { tenant } }) => {
        const account = await accounts.read(tenant, provider.name)
        if (!account) throw new ApiError('provider-not-configured', `the business has not set up ${provider.label}`)
        const { path, headers, body, from } = provider.callback.sample(tenant, account)
        const answer = await app.inject({
          method: 'POST',
          url: path,
          headers: { ...headers, host: 'localhost', 'content-type': 'application/json' },
          payload: body,
          ...(from === undefined ? {} : { remoteAddress: from }),
        })
        const accepted = answer.statusCode === 200
        return {
          accepted,
          status: answer.statusCode,
          code: accepted ? null : (answer.json<{ code?: string }>().code ?? null),
        }
      },
    })
  }
}
