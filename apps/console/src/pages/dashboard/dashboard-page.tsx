import type { Dashboard } from '@loyalty-live/client/query'
import { useDashboardData, useDashboardRealtime } from '@loyalty-live/client/react'
import { SegmentedControl } from '@mantine/core'
import { getRouteApi } from '@tanstack/react-router'
import { useState } from 'react'
import { useDashboardWords } from '../../language/dashboard-words.ts'
import { useFormat, useWords } from '../../language/language.tsx'
import { RefreshButton } from '../../live/refresh-button.tsx'
import { ErrorState } from '../../parts/states.tsx'
import { useSession } from '../../session/use-session.tsx'
import { changedSearch } from '../../shell/changed-search.ts'
import { Page } from '../../shell/page.tsx'
import { LazyCustomerDialog } from '../customer/lazy-customer-dialog.tsx'
import { BusiestPanel } from './busiest-panel.tsx'
import classes from './dashboard.module.css'
import { ExportButton } from './export-button.tsx'
import { PointsPanel } from './points-panel.tsx'
import { RecentPayments } from './recent-payments.tsx'
import { RevenuePanel } from './revenue-panel.tsx'
import { DEFAULT_PERIOD, periods, type DashboardSearch } from './search.ts'
import { Tiles } from './tiles.tsx'

const route = getRouteApi('/$tenant/admin/dashboard')

/** How the business is doing, as it happens: for a desk, a phone, or a screen on the wall (P1, P8). */
export function DashboardPage() {
  const words = useDashboardWords()
  const { nav } = useWords()
  const { ask } = useSession()
  const { tenant } = route.useParams()
  const { period = DEFAULT_PERIOD, customer } = route.useSearch()
  const navigate = route.useNavigate()
  const change = (changes: Parameters<typeof changedSearch<DashboardSearch>>[1], replace = true) =>
    void navigate({ search: (before) => changedSearch<DashboardSearch>(before, changes), replace })

  const { data, error, refresh } = useDashboardData(period, (of, signal) =>
    ask<Dashboard>(`/api/admin/dashboard?period=${of}`, { signal }),
  )
  const { payments } = useDashboardRealtime(data?.recentPayments)
  const shown = useLastOf(data)
  const isReplaced = shown !== null && data === null

  return (
    <Page
      title={nav.dashboard}
      isWide
      note={shown && <Time of={shown} />}
      actions={
        <>
          <ExportButton tenant={tenant} dashboard={data} />
          <RefreshButton onRefresh={refresh} />
        </>
      }
    >
      <SegmentedControl
        className={classes['periods']}
        aria-label={words.period}
        value={period}
        onChange={(value) => change({ period: value === DEFAULT_PERIOD ? undefined : value })}
        data={periods.map((value) => ({ value, label: words.periods[value] }))}
      />
      {error !== null && shown === null ? (
        <ErrorState error={error} onRetry={refresh} />
      ) : (
        <div className={classes['dashboard']} data-pending={isReplaced || undefined} aria-busy={data === null}>
          <Tiles dashboard={shown} />
          <div className={classes['recent']}>
            <RecentPayments
              payments={shown && (payments.length > 0 ? payments : shown.recentPayments)}
              onOpen={(id) => change({ customer: id }, false)}
            />
          </div>
          <div className={classes['revenue']}>
            <RevenuePanel dashboard={shown} />
          </div>
          <div className={classes['points']}>
            <PointsPanel dashboard={shown} />
          </div>
          <div className={classes['busiest']}>
            <BusiestPanel dashboard={shown} />
          </div>
        </div>
      )}
      <LazyCustomerDialog id={customer} onClose={() => change({ customer: undefined })} />
    </Page>
  )
}

function Time({ of: { from, to, timeZone } }: { of: Dashboard }) {
  const format = useFormat()
  // Only somebody who is elsewhere has to be told whose days these are.
  const isHere = timeZone === Intl.DateTimeFormat().resolvedOptions().timeZone
  return (
    <>
      {format.days(from, to)}
      {!isHere && <span className={classes['zone']}> · {timeZone}</span>}
    </>
  )
}

/** The last that there was: what is shown stays, greyed, until what was asked for instead is there. */
function useLastOf<T>(value: T | null): T | null {
  const [last, setLast] = useState(value)
  if (value !== null && value !== last) setLast(value)
  return value ?? last
}
