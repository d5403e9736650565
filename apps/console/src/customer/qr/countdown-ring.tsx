import { useEffect, useState } from 'react'
import { useFormat, useWords } from '../words/language.tsx'
import type { CodeTime } from './code-time.ts'
import classes from './qr.module.css'

const RADIUS = 15
const ROUND = 2 * Math.PI * RADIUS
const TICK_MS = 250

/** How long the code that is shown stays; when that is over, that another is on its way. Not told to screen readers each second. */
export function CountdownRing({ time }: { time: CodeTime }) {
  const words = useWords().qr
  const format = useFormat()
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    setNow(Date.now())
    const timer = setInterval(() => setNow(Date.now()), TICK_MS)
    return () => clearInterval(timer)
  }, [time])

  const leftMs = Math.max(0, time.renewAtMs - now)
  const part = Math.min(1, leftMs / time.slotMs)
  return (
    <p className={classes['countdown']} data-testid="countdown">
      <svg viewBox="0 0 36 36" width={36} height={36} aria-hidden="true">
        <circle className={classes['track']} cx={18} cy={18} r={RADIUS} />
        <circle
          className={classes['ring']}
          cx={18}
          cy={18}
          r={RADIUS}
          strokeDasharray={ROUND}
          strokeDashoffset={ROUND * (1 - part)}
        />
      </svg>
      <span className="figure">
        {leftMs > 0 ? words.next(format.number(Math.ceil(leftMs / 1_000))) : words.renewing}
      </span>
    </p>
  )
}
