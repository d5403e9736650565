import { Tooltip } from '@mantine/core'
import type { Status } from '@loyalty-live/client'
import { useLiveStatus } from '@loyalty-live/client/react'
import type { ReactNode } from 'react'
import { useFormat, useWords } from '../language/language.tsx'
import classes from './live-badge.module.css'
import { useNow } from './use-now.ts'

/** Differ in shape, not in colour alone; drawn, as fonts disagree about such signs. */
const SIGNS: Record<Status['state'], ReactNode> = {
  live: <circle cx="6" cy="6" r="5" fill="currentColor" />,
  polling: <path d="M6 1a5 5 0 0 1 0 10z" fill="currentColor" stroke="none" />,
  offline: null,
  connecting: null,
  unauthorized: <path d="M2.5 9.5l7-7" />,
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
        <span className={classes['shown']}>
          <svg className={classes['sign']} viewBox="0 0 12 12" aria-hidden="true">
            <circle cx="6" cy="6" r="5" {...(state === 'connecting' ? { strokeDasharray: '2 2' } : {})} />
            {SIGNS[state]}
          </svg>
          <span role="status">{words[state]}</span>
          {state !== 'live' && lastConfirmedAt && (
            <span className={`${classes['age']} figure`}>{format.ago(lastConfirmedAt.getTime(), now)}</span>
          )}
        </span>
        {/* Holds the room of what a page begins with: nothing beside the badge moves when it goes live. */}
        <span className={classes['room']} aria-hidden="true">
          {words.connecting}
        </span>
      </div>
    </Tooltip>
  )
}
