import { Tooltip } from '@mantine/core'
import { useLiveStatus } from '@loyalty-live/client/react'
import { useFormat, useWords } from '../language/language.tsx'
import classes from './live-badge.module.css'
import { LiveState } from './live-state.tsx'

/** ● Live, ◐ Polling or ○ Offline; whoever points at it, or tabs to it, is told what that means. */
export function LiveBadge() {
  const words = useWords().live
  const format = useFormat()
  const { state, lastConfirmedAt } = useLiveStatus()
  const confirmed = lastConfirmedAt ? words.lastConfirmed(format.time(lastConfirmedAt)) : words.never

  return (
    <Tooltip
      label={`${words.explain[state]} ${confirmed}.`}
      multiline
      w={260}
      events={{ hover: true, focus: true, touch: true }}
    >
      <div
        className={classes['badge']}
        data-state={state}
        data-testid="live-badge"
        tabIndex={0}
        role="group"
        aria-label={words.states[state]}
      >
        <LiveState words={words.states} format={format} />
        {/* Holds the room of what a page begins with: nothing beside the badge moves when it goes live. */}
        <span className={classes['room']} aria-hidden="true">
          {words.states.connecting}
        </span>
      </div>
    </Tooltip>
  )
}
