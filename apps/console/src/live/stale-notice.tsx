import { useLiveStatus } from '@loyalty-live/client/react'
import type { ReactNode } from 'react'
import { useFormat, useWords } from '../language/language.tsx'
import classes from './stale-notice.module.css'

/** Greys and dates what it holds while the server cannot be reached: nobody must take old figures for present ones. */
export function StaleNotice({ children }: { children: ReactNode }) {
  const words = useWords().live
  const format = useFormat()
  const { state, lastConfirmedAt } = useLiveStatus()
  const stale = state === 'offline'
  return (
    <>
      {stale && (
        <p className={classes['notice']} data-testid="stale-notice">
          {lastConfirmedAt ? words.staleBanner(format.time(lastConfirmedAt)) : words.staleBannerNever}
        </p>
      )}
      <div className={classes['content']} data-stale={stale || undefined}>
        {children}
      </div>
    </>
  )
}
