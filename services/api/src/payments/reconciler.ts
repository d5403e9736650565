import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import type { Logger } from 'pino'
import { withTenant } from '../db/tenant-scope.ts'
import { ApiError } from '../errors.ts'
import type { Result } from '../http/result.ts'
import { engage, type EngageDeps, type Engaged } from '../stream/engage.ts'
import type { Accounts } from './accounts.ts'
import type { PaymentMetrics } from './metrics.ts'
import { providerActor, type Asked, type Provider } from './provider.ts'
import { giveUp } from './rules.ts'
import { findAsked } from './store.ts'

const CLAIMED_MAX = 20
const ASKED_AT_ONCE = 4

export type ReconcilerOptions = EngageDeps & {
  providers: readonly Provider[]
  accounts: Accounts
  metrics: PaymentMetrics
  logger: Logger
  /** Between two looks at what is due, and between the first two questions about a payment; later ones are rarer. */
  everySeconds: number
  now?: () => Date
  random?: () => number
}

/** Asks providers about payments that stayed open, because a callback was lost or never sent, and settles them. */
export type Reconciler = {
  start(): void
  /** Asks about one now, and gives it as it is then. @throws ApiError provider-unavailable */
  askNow(tenant: string, paymentId: string): Promise<Result<Engaged>>
  /** Asks about what is due now. Gives how many there were. */
  askDue(): Promise<number>
  /** Starts nothing new, and waits for what is under way. */
  close(): Promise<void>
}

/**
 * It runs in every process: each payment is claimed by one of them, with `for update skip locked`, and by the claim due again
 * later, so that a process that dies has only put it off. Nothing is locked while a provider is asked.
 *
 * stopped → waiting (a jittered pause) → asking → waiting …; close() ends it from any of them.
 */
export function createReconciler(options: ReconcilerOptions): Reconciler {
  const { db, onCommitted, providers, accounts, metrics, logger, everySeconds } = options
  const { now = () => new Date(), random = Math.random } = options
  const closing = new AbortController()
  let running: Promise<void> = Promise.resolve()

  async function ask(tenant: string, paymentId: string): Promise<Result<Engaged>> {
    const payment = await withTenant(db, tenant, (trx) => findAsked(trx, tenant, paymentId))
    const provider = providers.find(({ name }) => name === payment?.provider)
    const open = payment?.status === 'pending' || payment?.status === 'failed'
    const account = provider && open ? await accounts.read(tenant, provider.name) : null
    const asked: Asked | null = provider && account && payment ? await provider.ask(account, payment) : null
    if (provider && asked) metrics.asked.inc({ provider: provider.name, outcome: wordFor(asked) })
    return engage(
      { db, onCommitted },
      {
        operation: 'settle_payment',
        tenant,
        actor: provider ? providerActor(provider) : RECONCILER,
        key: null,
        hash: null,
        input: {
          paymentId,
          fact: asked?.kind === 'fact' ? { ...asked.fact, paymentId } : null,
          abandoned: payment && open ? giveUp(asked, payment.created_at, now()) : null,
        },
      },
    )
  }

  async function askClaimed({ tenant, payment_id: id, asks }: Claimed): Promise<void> {
    try {
      await ask(tenant, id)
    } catch (error) {
      const silent = error instanceof ApiError && error.code === 'provider-unavailable'
      if (silent) metrics.asked.inc({ provider: 'any', outcome: 'unavailable' })
      logger.warn({ err: error, tenant, payment: id, asks }, 'an open payment could not be settled; it is asked again')
    }
  }

  async function askDue(): Promise<number> {
    const { rows } = await sql<Claimed>`
      select tenant, payment_id, asks from claim_open_payments(${CLAIMED_MAX}, ${everySeconds})`.execute(db.query)
    const waiting = [...rows]
    const worker = async () => {
      for (let next = waiting.pop(); next && !closing.signal.aborted; next = waiting.pop()) await askClaimed(next)
    }
    await Promise.all(Array.from({ length: ASKED_AT_ONCE }, worker))
    return rows.length
  }

  async function run(): Promise<void> {
    while (!closing.signal.aborted) {
      const pauseMs = everySeconds * 1000 * (0.5 + random())
      await sleep(pauseMs, undefined, { signal: closing.signal }).catch(() => undefined) // closing ends the pause
      if (closing.signal.aborted) return
      try {
        while ((await askDue()) === CLAIMED_MAX && !closing.signal.aborted);
        metrics.looks.inc({ outcome: 'done' })
      } catch (error) {
        metrics.looks.inc({ outcome: 'failed' })
        logger.warn({ err: error }, 'open payments could not be looked for; it is tried again')
      }
    }
  }

  return {
    start: () => void (running = run()),
    askNow: ask,
    askDue,
    async close() {
      closing.abort()
      await running
    },
  }
}

type Claimed = { tenant: string; payment_id: string; asks: number }

const RECONCILER = { type: 'system', id: 'reconciler', name: null } as const

const wordFor = (asked: Asked): string => (asked.kind === 'fact' ? asked.fact.status : asked.kind)
