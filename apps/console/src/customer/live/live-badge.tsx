import type { Status } from '@loyalty-live/client'
import { useLiveStatus } from '@loyalty-live/client/react'
import { useNow } from '../../live/use-now.ts'
import { useFormat, useWords } from '../words/language.tsx'
import classes from './live.module.css'

/** Differ in shape, not in colour alone. */
const SIGNS: Record<Status['state'], string> = {
  live: '●',
  polling: '◐',
  offline: '○',
  connecting: '◌',
  unauthorized: '⊘',
}

/** ● Live, ◐ Polling or ○ Offline, and how old the data is when it is not live; a press explains. Changes are told to screen readers. */
export function LiveBadge() {
  const words = useWords().live
  const format = useFormat()
  const { state, lastConfirmedAt } = useLiveStatus()
  const now = useNow(1_000, state !== 'live')
  const confirmed = lastConfirmedAt ? words.confirmed(format.time(lastConfirmedAt)) : words.never

  return (
    <>
      <button
        type="button"
        className={classes['badge']}
        popoverTarget="live-explained"
        data-state={state}
        data-testid="live-badge"
      >
        <span aria-hidden="true">{SIGNS[state]}</span>
        <span role="status">{words.states[state]}</span>
        {state !== 'live' && lastConfirmedAt && (
          <span className={`${classes['age']} figure`}>{format.ago(lastConfirmedAt.getTime(), now)}</span>
        )}
      </button>
      <div popover="auto" id="live-explained" className={classes['explained']}>
        <p>{words.explain[state]}</p>
        <p className="figure">{confirmed}</p>
      </div>
    </>
  )
}
