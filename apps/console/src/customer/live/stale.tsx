import { useLiveStatus } from '@loyalty-live/client/react'
import type { ReactNode } from 'react'
import { useFormat, useWords } from '../words/language.tsx'
import classes from './live.module.css'

/** Greys and dates what it holds while the server cannot be reached: nobody must take old figures for present ones. */
export function Stale({ children }: { children: ReactNode }) {
  const words = useWords().live
  const format = useFormat()
  const { state, lastConfirmedAt } = useLiveStatus()
  const stale = state === 'offline'
  return (
    <>
      {stale && (
        <p className={classes['stale']} data-testid="stale-notice">
          {lastConfirmedAt ? words.stale(format.time(lastConfirmedAt)) : words.staleNever}
        </p>
      )}
      <div className={classes['content']} data-stale={stale || undefined}>
        {children}
      </div>
    </>
  )
}
