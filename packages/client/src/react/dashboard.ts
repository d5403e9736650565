import type { Dashboard, DashboardPeriod, RecentPayment } from '../query/snapshots.ts'
import { touched } from '../query/touched.ts'
import type { Status } from '../status.ts'
import { useLivePayments } from './live-payments.ts'
import { useLiveStatus } from './live.ts'
import { useLiveSnapshot, type Live } from './use-live-snapshot.ts'

const RECENT = 20
const NONE: readonly RecentPayment[] = []

/**
 * The figures of a period, as fresh as the stream: read when it is mounted, and again after whatever changes them, once a
 * second at most. A read that fails is repeated after five seconds; what was read stays.
 *
 * @param load asks `GET /api/admin/dashboard?period=`
 */
export function useDashboardData(
  period: DashboardPeriod,
  load: (period: DashboardPeriod, signal: AbortSignal) => Promise<Dashboard>,
): Live<Dashboard> {
  return useLiveSnapshot(
    period,
    (signal) => load(period, signal),
    ({ type }) => touched[type].includes('dashboard'),
  )
}

export type DashboardRealtime = {
  /** The last payments that came in, the newest first. */
  readonly payments: readonly RecentPayment[]
  readonly status: Status
}

/**
 * Recent payments as they arrive, before any figure is read again, and how fresh the screen is.
 *
 * @param read `recentPayments` of the dashboard, once it is there
 * @param max default 20
 */
export function useDashboardRealtime(read: readonly RecentPayment[] = NONE, max = RECENT): DashboardRealtime {
  const status = useLiveStatus()
  const payments = useLivePayments(read, ({ paidAt }) => paidAt !== null, max)
  return { payments, status }
}
