import { useEffect, useRef, useState } from 'react'
import { CountUp } from '../parts/count-up.tsx'
import { Icon } from '../parts/icon.tsx'
import { Go, paths } from '../paths.tsx'
import type { Card } from '../shapes.ts'
import { useFormat, useWords } from '../words/language.tsx'
import { hueOf, initialsOf } from './look.ts'
import classes from './loyalty-card.module.css'

/** Long enough to be found with the eyes, short enough that a mark always means "just now". */
const MARK_MS = 6_000

/** A card as one would hold it; it says what has just changed, and opens what has happened on it. */
export function LoyaltyCard({ card }: { card: Card }) {
  const words = useWords().cards
  const format = useFormat()
  const change = useRecentChange(card)
  const { id, tenant, tenantName, programName, balance, earned, redeemed } = card

  return (
    <article
      className={classes['card']}
      data-hue={hueOf(tenant)}
      data-card={id}
      data-changed={change === null ? undefined : ''}
    >
      <header className={classes['head']}>
        <span className={classes['initials']} aria-hidden="true">
          {initialsOf(tenantName)}
        </span>
        <span className={classes['names']}>
          <h2>{tenantName}</h2>
          <p>{programName}</p>
        </span>
        {change !== null && (
          <span key={card.version} className={`${classes['delta']} figure`} data-testid="delta">
            {format.signed(change)}
          </span>
        )}
      </header>
      <p className={classes['balance']}>
        <strong className="figure" data-testid="balance" data-balance={balance}>
          <CountUp value={balance} />
        </strong>{' '}
        {words.points(balance)}
      </p>
      <dl className={classes['sums']}>
        <div>
          <dt>{words.earned}</dt>
          <dd className="figure">{format.number(earned)}</dd>
        </div>
        <div>
          <dt>{words.redeemed}</dt>
          <dd className="figure">{format.number(redeemed)}</dd>
        </div>
        <div className={classes['more']} aria-hidden="true">
          <Icon name="chevron" size={20} />
        </div>
      </dl>
      <Go to={paths.card(id)} className={classes['open']} aria-label={words.open(programName, tenantName)} />
    </article>
  )
}

/** By how many points it has just changed, whichever way that became known; null when it has not. */
function useRecentChange({ balance, version }: Card): number | null {
  const [change, setChange] = useState<number | null>(null)
  const last = useRef({ balance, version })

  useEffect(() => {
    if (last.current.version === version) return
    setChange(balance - last.current.balance)
    last.current = { balance, version }
    const timer = setTimeout(() => setChange(null), MARK_MS)
    return () => clearTimeout(timer)
  }, [balance, version])

  return change
}
