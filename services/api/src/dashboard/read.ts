import type { Db } from '../db/connect.ts'
import { withTenantSnapshot } from '../db/tenant-scope.ts'
import { readCursor } from '../stream/read.ts'
import { bookingsOf, pointsOf, revenueOf, seriesOf } from './figures.ts'
import { rangesOf, stepsOf, type Period } from './rules.ts'
import type { Dashboard } from './schemas.ts'
import {
  readActivity,
  readBookings,
  readClients,
  readOutstanding,
  readRecentPayments,
  readRevenue,
  readRevenueSeries,
  readToday,
} from './store.ts'

/** All figures of a tenant, from one snapshot of the database: they agree with each other and with the cursor (I6). */
export function readDashboard(db: Db, tenant: string, period: Period, now: Date): Promise<Dashboard> {
  return withTenantSnapshot(db, tenant, async (trx) => {
    const { timeZone, today } = await readToday(trx, tenant, now)
    const ranges = rangesOf(period, today)
    const { current, previous } = ranges
    const byHour = period === 'today'
    const { points, busiestHours } = await readActivity(trx, tenant, ranges, byHour)
    const revenueSeries = await readRevenueSeries(trx, tenant, current, byHour)
    return {
      period,
      timeZone,
      ...current,
      revenue: revenueOf(await readRevenue(trx, tenant, ranges)),
      clients: {
        ...(await readClients(trx, tenant, current)),
        previous: await readClients(trx, tenant, previous),
      },
      bookings: bookingsOf(await readBookings(trx, tenant, ranges)),
      points: pointsOf(points, current.from, await readOutstanding(trx, tenant)),
      series: seriesOf(stepsOf(period, current), points, revenueSeries),
      busiestHours,
      recentPayments: await readRecentPayments(trx, tenant),
      cursor: await readCursor(trx, tenant),
    }
  })
}
