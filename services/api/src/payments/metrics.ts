import { Counter, Histogram } from '@prometheus-io/client'
import { sql } from 'kysely'
import type { Db } from '../db/connect.ts'
import { gauge, type Metrics } from '../http/metrics.ts'
import { providerNames } from './provider.ts'

export type PaymentMetrics = ReturnType<typeof createPaymentMetrics>

const OUTCOMES = ['applied', 'repeated', 'signature-invalid', 'callback-not-found', 'payment-mismatch'] as const

/** Figures of payments; labels are words of ours, never a tenant. */
export function createPaymentMetrics(metrics: Metrics, db: Db) {
  const registers = [metrics.registry]
  const totals = async () =>
    (await sql<{ payments: number; oldest_seconds: number }>`select * from open_payment_totals()`.execute(db.query))
      .rows[0]!
  gauge(metrics, 'loyalty_api_open_payments', 'Payments that their provider has not settled', async () => {
    return (await totals()).payments
  })
  gauge(metrics, 'loyalty_api_open_payments_oldest_seconds', 'Age of the oldest of them', async () => {
    return (await totals()).oldest_seconds
  })
  const callbacks = new Counter({
    name: 'loyalty_api_callbacks_total',
    help: 'Callbacks of payment providers: applied, waiting, ignored, repeated, or the code that refused them',
    labelNames: ['provider', 'outcome'] as const,
    registers,
  })
  // From nought: of a series that begins at one, nobody sees that it has risen.
  for (const provider of providerNames) for (const outcome of OUTCOMES) callbacks.inc({ provider, outcome }, 0)
  const looks = new Counter({
    name: 'loyalty_api_reconciler_looks_total',
    help: 'Times that the reconciler looked for open payments that are due, by whether it could: done, failed',
    labelNames: ['outcome'] as const,
    registers,
  })
  for (const outcome of ['done', 'failed'] as const) looks.inc({ outcome }, 0)
  return {
    callbacks,
    looks,
    requests: new Histogram({
      name: 'loyalty_api_provider_request_seconds',
      help: 'Time of one attempt to ask a payment provider, by whether it answered: answered, unanswered',
      labelNames: ['provider', 'outcome'] as const,
      buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
      registers,
    }),
    asked: new Counter({
      name: 'loyalty_api_payments_asked_total',
      help: 'Open payments that a provider was asked about, by what it said',
      labelNames: ['provider', 'outcome'] as const,
      registers,
    }),
  }
}
