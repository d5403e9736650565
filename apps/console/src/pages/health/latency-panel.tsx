import { useLoyaltyEvents } from '@loyalty-live/client/react'
import { IconActivityHeartbeat } from '@tabler/icons-react'
import { useMemo, useState } from 'react'
import { useAdminWords } from '../../language/admin-words.ts'
import { useFormat } from '../../language/language.tsx'
import { Panel } from '../../parts/panel.tsx'
import { EmptyState } from '../../parts/states.tsx'
import classes from './health.module.css'
import { summarize, withSample, type Sample } from './latency.ts'
import { LatencyChart } from './latency-chart.tsx'

/** From the commit in the database to this screen, for each event that comes while the page is open. */
export function LatencyPanel() {
  const words = useAdminWords().health
  const format = useFormat()
  const [measured, setMeasured] = useState<readonly Sample[]>([])
  useLoyaltyEvents('event', ({ id, type, timestamp }) => {
    const ms = Date.now() - Date.parse(timestamp)
    setMeasured((before) => withSample(before, { id, type, at: timestamp, ms }))
  })
  const summary = useMemo(() => summarize(measured), [measured])

  return (
    <Panel
      title={words.latency}
      testId="latency"
      note={summary && words.latencySums(format.number(summary.medianMs), format.number(summary.p95Ms))}
    >
      {summary === null ? (
        <EmptyState icon={<IconActivityHeartbeat size={28} />} title={words.noEventsTitle}>
          {words.noEventsText}
        </EmptyState>
      ) : (
        <>
          <LatencyChart latencies={summary} />
          {summary.clockBehindMs > 0 && (
            <p className={`${classes['clock']} figure`}>{words.clockBehind(format.number(summary.clockBehindMs))}</p>
          )}
        </>
      )}
    </Panel>
  )
}
