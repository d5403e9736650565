import { useLiveStatus, useLoyaltyClient } from '@loyalty-live/client/react'
import { useAdminWords } from '../../language/admin-words.ts'
import { useFormat, useWords } from '../../language/language.tsx'
import { useNow } from '../../live/use-now.ts'
import { Panel } from '../../parts/panel.tsx'
import classes from './health.module.css'

/** What the connection says of itself, and what has come through it. */
export function ConnectionPanel() {
  const words = useAdminWords().health
  const { live } = useWords()
  const format = useFormat()
  const client = useLoyaltyClient()
  const { state, since, lastConfirmedAt, reason } = useLiveStatus()
  const now = useNow(1_000)
  const { stats, cursor } = client

  return (
    <Panel title={words.connection} testId="connection">
      <p className={classes['state']} data-state={state}>
        <strong>{live.states[state]}</strong>
        <span>{live.explain[state]}</span>
      </p>
      <dl className={`${classes['facts']} figure`}>
        <Fact name={words.since} value={format.ago(since.getTime(), now)} />
        <Fact
          name={words.lastConfirmed}
          value={lastConfirmedAt ? format.ago(lastConfirmedAt.getTime(), now) : live.never}
        />
        <Fact name={words.position} value={cursor ?? '–'} />
        {reason !== null && <Fact name={words.reason} value={reason} />}
        <Fact name={words.sockets} value={stats.sockets === null ? '–' : format.number(stats.sockets)} />
        <Fact name={words.delivered} value={format.number(stats.delivered)} />
        <Fact name={words.duplicates} value={format.number(stats.duplicates)} />
        <Fact name={words.gaps} value={format.number(stats.gaps)} />
        <Fact name={words.catchUps} value={format.number(stats.catchUps)} />
        <Fact name={words.reconnects} value={format.number(stats.reconnects)} />
      </dl>
    </Panel>
  )
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  )
}
