import { randomUUIDv7 } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { withTenant } from '../db/tenant-scope.ts'
import type { KnownSettings } from '../db/tenant-settings.ts'
import { ApiError } from '../errors.ts'
import { TILL, type App, type Caller } from '../http/app-types.ts'
import { idempotencyHeaders, requestHash } from '../http/idempotency.ts'
import { responses } from '../http/problem.ts'
import type { Refusal, Result } from '../http/result.ts'
import { engage, type EngageDeps, type Engaged } from '../stream/engage.ts'
import { sendEngaged } from '../stream/send-engaged.ts'
import type { Accounts } from './accounts.ts'
import { providerActor, type Account, type Order, type Provider, type Started } from './provider.ts'
import { paymentRecord } from './schemas.ts'
import { findStartAnswer } from './store.ts'

const WAIT_MS = 100

export type StartOptions = EngageDeps & {
  providers: readonly Provider[]
  accounts: Accounts
  settings: KnownSettings
  /** When the provider is asked about it for the first time, should it not have told. */
  askInSeconds: number
  /** Longer than a provider may take to answer. A repeat waits so long for the first request's answer. */
  startMaxMs: number
}

/**
 * Payments that a provider collects: opened here first, so that whatever it says finds them, then asked for. Asking is done once:
 * a repeat of the request is given the first answer, while the first is still running, too.
 */
export function startRoutes(app: App, options: StartOptions): void {
  for (const provider of options.providers) {
    app.route({
      method: 'POST',
      url: `/api/admin/payments/${provider.name}`,
      config: { access: TILL },
      schema: {
        tags: ['payments'],
        summary: `Start a payment with ${provider.label}`,
        description: 'It is `pending` until the provider tells that it was paid, or is asked.',
        headers: idempotencyHeaders,
        body: provider.start.body,
        response: responses(
          { 201: paymentRecord },
          'idempotency-key-missing',
          'customer-not-found',
          'booking-not-found',
          'program-not-found',
          'payment-mismatch',
          'provider-not-configured',
          'provider-refused',
          'provider-unavailable',
        ),
      },
      handler: async ({ caller, headers, body }, reply) => {
        const { defaultCountry, currency } = await options.settings.read(caller.tenant)
        const order = provider.start.order(body, {
          tenant: caller.tenant,
          paymentId: randomUUIDv7(),
          currency,
          defaultCountry,
        })
        const key = headers['idempotency-key']
        const hash = requestHash('start-payment', provider.name, JSON.stringify(body))
        return sendEngaged(reply, 201, await start(options, provider, caller, order, { key, hash }))
      },
    })
  }
}

type Key = { readonly key: string; readonly hash: string }

async function start(
  options: StartOptions,
  provider: Provider,
  caller: Caller,
  order: Order,
  key: Key,
): Promise<Result<Engaged>> {
  const account = await options.accounts.read(caller.tenant, provider.name)
  const usable = account !== null && provider.account.canStart(account) ? account : null
  const opened = await open(options, provider, caller, order, key, usable !== null)
  if (opened.kind !== 'applied') return opened
  const paymentId = String(opened.applied.record['id'])
  if (opened.replayed) return awaitAnswer(options, provider, caller.tenant, paymentId)
  return answer(options, provider, caller.tenant, paymentId, await send(provider, usable!, order))
}

function open(
  { db, onCommitted, askInSeconds }: StartOptions,
  provider: Provider,
  { tenant, actor }: Caller,
  order: Order,
  { key, hash }: Key,
  configured: boolean,
): Promise<Result<Engaged>> {
  const { paymentId, amountMinor, currency, customerId, bookingId, programId, phone, note, detail } = order
  return engage(
    { db, onCommitted },
    {
      operation: 'open_payment',
      tenant,
      actor,
      key,
      hash,
      input: {
        provider: provider.name,
        configured,
        paymentId,
        reference: provider.start.reference(order),
        amountMinor,
        currency,
        customerId,
        bookingId,
        programId,
        phone,
        note,
        detail,
        askInSeconds,
      },
    },
  )
}

async function send(provider: Provider, account: Account, order: Order): Promise<Started> {
  try {
    return await provider.start.send(account, order)
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 'provider-unavailable') throw error
    return { kind: 'unknown', reason: error.message }
  }
}

/** Writes down what the provider said; what was written first is the answer, now and to every repeat. */
async function answer(
  { db, onCommitted }: StartOptions,
  provider: Provider,
  tenant: string,
  paymentId: string,
  started: Started,
): Promise<Result<Engaged>> {
  const written = await engage(
    { db, onCommitted },
    {
      operation: 'answer_start',
      tenant,
      actor: providerActor(provider),
      key: null,
      hash: null,
      input: { paymentId, ...answerFields(started) },
    },
  )
  if (written.kind !== 'applied') return written
  return toResult(written.applied.record as StartAnswer, false)
}

function answerFields(started: Started): Record<string, unknown> {
  switch (started.kind) {
    case 'started':
      return { reference: started.reference, detail: started.detail }
    case 'refused':
      return { failure: started.reason, refusal: { code: 'provider-refused', reason: started.reason } }
    case 'unknown':
      // It may be under way: it stays open, and the provider is asked.
      return { refusal: { code: 'provider-unavailable', reason: started.reason } }
  }
}

/** The answer of the first request, which may still be running, here or in another process. */
async function awaitAnswer(
  options: StartOptions,
  provider: Provider,
  tenant: string,
  paymentId: string,
): Promise<Result<Engaged>> {
  for (let waitedMs = 0; waitedMs < options.startMaxMs; waitedMs += WAIT_MS) {
    const found = await withTenant(options.db, tenant, (trx) => findStartAnswer(trx, tenant, paymentId))
    if (found) return toResult(found, true)
    await sleep(WAIT_MS)
  }
  // Whoever asked has died with the answer.
  return answer(options, provider, tenant, paymentId, { kind: 'unknown', reason: 'the request was cut off' })
}

type StartAnswer = { readonly answer: Record<string, unknown>; readonly head: string }

function toResult({ answer: record, head }: StartAnswer, replayed: boolean): Result<Engaged> {
  return typeof record['code'] === 'string'
    ? { kind: 'refused', refusal: record as Refusal, replayed }
    : { kind: 'applied', applied: { record, head }, replayed }
}
