import { Tooltip } from '@mantine/core'
import type { Status } from '@loyalty-live/client'
import { useLiveStatus } from '@loyalty-live/client/react'
import { useFormat, useWords } from '../language/language.tsx'
import classes from './live-badge.module.css'
import { useNow } from './use-now.ts'

/** Differ in shape, not in colour alone. */
const SIGNS: Record<Status['state'], string> = {
  live: '●',
  polling: '◐',
  offline: '○',
  connecting: '◌',
  unauthorized: '⊘',
}

/** ● Live, ◐ Polling or ○ Offline, and how old the data is when it is not live. Screen readers are told when it changes. */
export function LiveBadge() {
  const words = useWords().live
  const format = useFormat()
  const { state, lastConfirmedAt } = useLiveStatus()
  const now = useNow(1_000, state !== 'live')
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
        aria-label={words[state]}
      >
        <span className={classes['sign']} aria-hidden="true">
          {SIGNS[state]}
        </span>
        <span role="status">{words[state]}</span>
        {state !== 'live' && lastConfirmedAt && (
          <span className={`${classes['age']} figure`}>{format.ago(lastConfirmedAt.getTime(), now)}</span>
        )}
      </div>
    </Tooltip>
  )
}
