import type { Actor } from '@loyalty-live/events'
import type { ClientBase } from 'pg'
import { sealAccount } from '../../services/api/src/payments/accounts.ts'
import type { SecretBox } from '../../services/api/src/payments/sealing.ts'
import { SANDBOX_SHORTCODE } from '../mpesa/daraja.ts'
import type { DemoTenant } from './tenants.ts'

export type { Actor }

export type PointsChange = {
  kind: 'add' | 'redeem'
  customerId: string
  points: number
  actor: Actor
  orderId: string | null
  reason: string | null
}

/** Changes in one call: more would only make the statement longer. */
const BATCH = 500

/** Moves points the way the API does, and insists that nothing is refused. Gives the transaction ids, in order. */
export function changePoints(client: ClientBase, tenant: string, changes: readonly PointsChange[]): Promise<string[]> {
  return apply(
    client,
    changes.map((change) => ({ tenant, ...change })),
  )
}

/** Takes transactions back. */
export async function reverse(
  client: ClientBase,
  tenant: string,
  transactions: readonly string[],
  actor: Actor,
): Promise<void> {
  await apply(
    client,
    transactions.map((reverses) => ({ tenant, kind: 'reverse', reverses, actor, reason: 'Rung up on the wrong card' })),
  )
}

/** Makes customers VIPs and tells the stream. */
export async function makeVips(
  client: ClientBase,
  tenant: string,
  customerIds: readonly string[],
  actor: Actor,
): Promise<void> {
  // As the application, which tells the stream itself: anybody else's change the trigger net would tell, as done by hand.
  await asApplication(client, tenant, () =>
    client.query(
      `with made as (
         update members set vip = true, vip_since = clock_timestamp(), version = version + 1
         where tenant_id = $1 and customer_id = any ($2)
         returning *
       )
       select append_event(tenant_id, 'member_updated', 1, customer_id, $3::json, json_build_object(
         'customerId', customer_id, 'customerPhone', phone, 'customerName', display_name, 'memberVersion', version,
         'vip', vip, 'changes', json_build_object('vip', json_build_object('from', false, 'to', true))
       ))
       from made`,
      [tenant, customerIds, JSON.stringify(actor)],
    ),
  )
}

/** What M-Pesa takes as a business's where it is played, and nowhere else. */
const PLAYED_MPESA = {
  settings: { shortcode: SANDBOX_SHORTCODE },
  secrets: {
    consumerKey: 'demo-consumer-key',
    consumerSecret: 'demo-consumer-secret',
    passkey: 'demo-passkey',
  },
}

/** Sets up the payment providers of a tenant that has some, as its owner would. */
export async function setUpProviders(
  client: ClientBase,
  { id, providers }: DemoTenant,
  box: SecretBox,
  playsMpesa: boolean,
): Promise<void> {
  if (providers === null) return
  const accounts = {
    paystack: { settings: {}, secrets: { secretKey: providers.paystackKey } },
    mpesa: {
      settings: playsMpesa ? PLAYED_MPESA.settings : {},
      secrets: { ...(playsMpesa ? PLAYED_MPESA.secrets : {}), callbackSecret: providers.mpesaCallbackSecret },
    },
  } as const
  for (const provider of ['paystack', 'mpesa'] as const) {
    const { settings, sealed, key_id: keyId, hints } = sealAccount(box, id, provider, accounts[provider])
    await asApplication(client, id, () =>
      client.query(
        `insert into payment_providers (tenant_id, provider, settings, sealed, key_id, hints)
         values ($1, $2, $3, $4, $5, $6)`,
        [id, provider, settings, sealed, keyId, hints],
      ),
    )
  }
}

async function apply(client: ClientBase, changes: readonly Record<string, unknown>[]): Promise<string[]> {
  const transactions: string[] = []
  for (let from = 0; from < changes.length; from += BATCH) {
    const { rows } = await client.query<{ outcome: string; refusal: string | null; transaction_id: string }>(
      'select outcome, refusal, transaction_id from apply_changes($1)',
      [JSON.stringify(changes.slice(from, from + BATCH))],
    )
    const refused = rows.find(({ outcome }) => outcome !== 'applied')
    if (refused) throw new Error(`the ledger did not take the demo data: ${refused.refusal ?? refused.outcome}`)
    transactions.push(...rows.map((row) => row.transaction_id))
  }
  return transactions
}

async function asApplication(client: ClientBase, tenant: string, work: () => Promise<unknown>): Promise<void> {
  await client.query('set local role loyalty_app')
  await client.query(`select set_config('app.tenant', $1, true)`, [tenant])
  await work()
  await client.query('reset role')
}
