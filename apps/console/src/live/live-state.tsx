import type { Status } from '@loyalty-live/client'
import { useLiveStatus } from '@loyalty-live/client/react'
import type { ReactNode } from 'react'
import type { Format } from '../language/format.ts'
import classes from './live-state.module.css'
import { useNow } from './use-now.ts'

/** Differ in shape, not in colour alone; drawn, as fonts disagree about such signs. */
const SIGNS: Record<Status['state'], ReactNode> = {
  live: <circle cx="6" cy="6" r="5" fill="currentColor" />,
  polling: <path d="M6 1a5 5 0 0 1 0 10z" fill="currentColor" stroke="none" />,
  offline: null,
  connecting: null,
  unauthorized: <path d="M2.5 9.5l7-7" />,
}

/** What a live badge says, on either side: sign, word, and how old the data is when it is not live. Screen readers are told changes. */
export function LiveState({ words, format }: { words: Readonly<Record<Status['state'], string>>; format: Format }) {
  const { state, lastConfirmedAt } = useLiveStatus()
  const now = useNow(1_000, state !== 'live')
  return (
    <span className={classes['state']} data-state={state}>
      <svg className={classes['sign']} viewBox="0 0 12 12" aria-hidden="true">
        <circle cx="6" cy="6" r="5" {...(state === 'connecting' ? { strokeDasharray: '2 2' } : {})} />
        {SIGNS[state]}
      </svg>
      <span role="status">{words[state]}</span>
      {state !== 'live' && lastConfirmedAt && (
        <span className={`${classes['age']} figure`}>{format.ago(lastConfirmedAt.getTime(), now)}</span>
      )}
    </span>
  )
}
