import { expect } from 'vitest'
import { newKey, type Answer } from '../harness/api.ts'
import { fingerprint } from '../harness/fingerprint.ts'
import { startProviders, type Providers } from '../harness/providers/setup.ts'
import type { TestCustomer, TestTenant } from '../harness/tenant.ts'
import { openWorld, type World } from '../harness/world.ts'

/** A business in Kenya that takes money, a point for each hundred shillings, and the providers that tell it of payments. */
export type MoneyShop = {
  readonly world: World
  readonly providers: Providers
  readonly tenant: TestTenant
  /** Tokens of its owner and its till. */
  readonly owner: string
  readonly till: string
  asOwner(method: string, path: string, body?: object): Promise<Answer>
  /** The till starts a payment with a provider. */
  start(provider: string, body: object, headers?: Record<string, string>): Promise<Answer>
  /** The till starts one by M-Pesa. */
  push(amountMinor?: number): Promise<{ id: string; checkout: string }>
  payment(id: string): Promise<Answer['body']>
  byReference(reference: string): Promise<any>
  /** Gives the booking's id. */
  book(customer: TestCustomer, amountMinor: number, currency?: string): Promise<string>
  bookingState(id: string): Promise<string>
  /** Everything that a callback could have moved, as one text. */
  books(): Promise<string>
  close(): Promise<void>
}

export async function openMoneyShop(): Promise<MoneyShop> {
  const providers = await startProviders()
  const world = await openWorld(() => providers.env)
  const { api, database } = world
  const tenant = await world.tenant('harbour')
  await database.sql(`update tenants set settings = settings || '{"currency":"KES","defaultCountry":"KE"}'`)
  await database.sql(`update programs set points_per_currency_unit = 0.01`)
  await providers.setUp(api, tenant)
  const owner = await api.signIn(tenant, 'owner')
  const till = await api.signIn(tenant, 'terminal')

  const asOwner: MoneyShop['asOwner'] = (method, path, body) =>
    api.call(method, `/api/admin/${path}`, { token: owner, headers: newKey(), ...(body ? { body } : {}) })
  const start: MoneyShop['start'] = (provider, body, headers = newKey()) =>
    api.call('POST', `/api/admin/payments/${provider}`, { token: till, headers, body })

  return {
    world,
    providers,
    tenant,
    owner,
    till,
    asOwner,
    start,
    async push(amountMinor = 150_000) {
      const { body } = await start('mpesa', { amountMinor, phone: '+254708374149' })
      return { id: body['id'], checkout: providers.mpesa.pushes.at(-1)!.checkout }
    },
    payment: async (id) => (await asOwner('GET', `payments/${id}`)).body,
    byReference: async (reference) =>
      (await asOwner('GET', 'payments?limit=500')).body['items'].find(
        (item: any) => item.providerReference === reference,
      ),
    async book(customer, amountMinor, currency = 'KES') {
      const [row] = await database.sql<{ id: string }>(
        `insert into bookings (tenant_id, customer_id, starts_at, amount_minor, currency)
         values ('harbour', $1, now(), $2, $3) returning id`,
        [customer.id, amountMinor, currency],
      )
      return row!.id
    },
    async bookingState(id) {
      const [row] = await database.sql<{ payment_status: string }>(
        'select payment_status from bookings where id = $1',
        [id],
      )
      return row!.payment_status
    },
    books: () => fingerprint(database, MOVED),
    async close() {
      await world.close()
      await providers.close()
    },
  }
}

/** Refused so, as problem+json. */
export function expectProblem(answer: Answer, status: number, code: string): void {
  expect([answer.status, answer.body['code']], answer.text).toEqual([status, code])
  expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8')
}

const MOVED = ['payments', 'payment_refunds', 'open_payments', 'cards', 'entries', 'bookings', 'events', 'streams']
