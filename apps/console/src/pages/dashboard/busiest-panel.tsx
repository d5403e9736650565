import type { Dashboard } from '@loyalty-live/client/query'
import { SegmentedControl } from '@mantine/core'
import { IconClock } from '@tabler/icons-react'
import { useState } from 'react'
import { WeekTable } from '../../charts/week-table.tsx'
import { useDashboardWords } from '../../language/dashboard-words.ts'
import { useFormat } from '../../language/language.tsx'
import { Panel } from '../../parts/panel.tsx'
import { EmptyState, LoadingChart } from '../../parts/states.tsx'
import classes from './dashboard.module.css'

type Counted = 'payments' | 'entries'

/** When people come: payments, or changes of points, in each hour of the week. */
export function BusiestPanel({ dashboard }: { dashboard: Dashboard | null }) {
  const words = useDashboardWords()
  const format = useFormat()
  const [chosen, setChosen] = useState<Counted | null>(null)
  const hours = dashboard?.busiestHours ?? []
  const counted = chosen ?? (hours.some(({ payments }) => payments > 0) ? 'payments' : 'entries')
  const cells = hours.map((each) => ({ weekday: each.weekday, hour: each.hour, count: each[counted] }))
  const peak = cells.filter(({ count }) => count > 0).toSorted((one, other) => other.count - one.count)[0]
  const word = (count: number) =>
    counted === 'payments'
      ? words.paymentsCount(count, format.number(count))
      : words.entriesCount(count, format.number(count))

  return (
    <Panel
      title={words.busiest}
      testId="busiest"
      actions={
        <SegmentedControl
          size="xs"
          aria-label={words.busiestOf}
          value={counted}
          onChange={(value) => setChosen(value)}
          data={[
            { value: 'payments', label: words.busiestPayments },
            { value: 'entries', label: words.busiestEntries },
          ]}
        />
      }
    >
      {dashboard === null ? (
        <LoadingChart />
      ) : peak ? (
        <div className={classes['week']}>
          <p className={`${classes['peak']} figure`}>
            {words.peak(`${format.weekday(peak.weekday)} ${format.hour(peak.hour)}`, word(peak.count))}
          </p>
          <WeekTable label={words.busiest} cells={cells} wordCount={word} />
        </div>
      ) : (
        <EmptyState icon={<IconClock size={28} />} title={words.nothingHappened} />
      )}
    </Panel>
  )
}
