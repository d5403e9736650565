import { useLiveStatus } from '@loyalty-live/client/react'
import { LiveState } from '../../live/live-state.tsx'
import { useFormat, useWords } from '../words/language.tsx'
import classes from './live.module.css'

/** ● Live, ◐ Polling or ○ Offline; a press explains. */
export function LiveBadge() {
  const words = useWords().live
  const format = useFormat()
  const { state, lastConfirmedAt } = useLiveStatus()
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
        <LiveState words={words.states} format={format} />
      </button>
      <div popover="auto" id="live-explained" className={classes['explained']}>
        <p>{words.explain[state]}</p>
        <p className="figure">{confirmed}</p>
      </div>
    </>
  )
}
