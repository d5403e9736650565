import { randomUUID } from 'node:crypto'
import type { TestTenant } from '../harness/tenant.ts'
import { newKey } from '../harness/api.ts'
import { chargeEvent, type PaystackTold } from '../harness/providers/paystack.ts'
import { postPaystack, startProviders, type Providers } from '../harness/providers/setup.ts'
import { openStage, type Stage } from './console.ts'

/** A stage of a business in Kenya that takes money, and the providers that tell it of payments. */
export type StageWithProviders = {
  readonly stage: Stage
  readonly providers: Providers
  /** Set up with both providers; a point for each hundred shillings. */
  tenant(id: string, timeZone?: string): Promise<TestTenant>
  /** Paystack tells of a transaction, signed; now, unless it says otherwise. */
  paystackTells(tenant: TestTenant, told: Partial<PaystackTold> & { amount: number }, event?: string): Promise<void>
  /** What the owner asks of the API; gives the body of what was done. */
  asOwner(tenant: TestTenant, method: string, path: string, body?: object): Promise<Record<string, any>>
  close(): Promise<void>
}

export async function openStageWithProviders(): Promise<StageWithProviders> {
  const providers = await startProviders()
  const stage = await openStage({ api: providers.env })
  const { api, database } = stage.world
  const tokens = new Map<string, string>()
  return {
    stage,
    providers,
    async tenant(id, timeZone = 'Africa/Nairobi') {
      const tenant = await stage.world.tenant(id)
      const settings = JSON.stringify({ currency: 'KES', defaultCountry: 'KE', timeZone })
      await database.sql(`update tenants set settings = settings || $2 where id = $1`, [id, settings])
      await database.sql(`update programs set points_per_currency_unit = 0.01 where tenant_id = $1`, [id])
      await providers.setUp(api, tenant)
      tokens.set(id, await api.signIn(tenant, 'owner'))
      return tenant
    },
    async paystackTells({ id }, told, event) {
      const now = { reference: `ref-${randomUUID()}`, paid_at: new Date().toISOString() }
      const { status, text } = await postPaystack(api, id, chargeEvent({ ...now, ...told }, event))
      if (status !== 200) throw new Error(`Paystack was answered ${status} ${text}`)
    },
    async asOwner({ id }, method, path, body) {
      const answer = await api.call(method, `/api/admin/${path}`, {
        token: tokens.get(id)!,
        headers: { ...newKey(), 'if-match': '*' },
        ...(body ? { body } : {}),
      })
      if (answer.status >= 300) throw new Error(`${method} ${path} was answered ${answer.text}`)
      return answer.body
    },
    async close() {
      await stage.close()
      await providers.close()
    },
  }
}
