import { useEffect, useState } from 'react'
import { useCell } from '../live/cell.ts'
import type { ListState } from '../live/list.ts'
import { useCustomer } from '../live/live-customer.tsx'
import { CountUp } from '../parts/count-up.tsx'
import { LoadMore } from '../parts/load-more.tsx'
import { Sheet } from '../parts/sheet.tsx'
import { Trouble, Waiting } from '../parts/states.tsx'
import type { Card, Entry, Page } from '../shapes.ts'
import { useFormat, useWords } from '../words/language.tsx'
import classes from './ledger-sheet.module.css'

/** What has happened on a card, newest first; it moves while it is open. */
export function LedgerSheet({ card, onClose }: { card: Card; onClose: () => void }) {
  const words = useWords()
  const { state, failed, read, readMore } = useLedger(card.id)
  const { page, more } = state

  return (
    <Sheet title={`${card.tenantName} · ${card.programName}`} onClose={onClose}>
      <p className={classes['balance']}>
        <strong className="figure" data-testid="ledger-balance">
          <CountUp value={card.balance} />
        </strong>{' '}
        {words.cards.points(card.balance)}
      </p>
      <div className={classes['scroller']} tabIndex={0} role="region" aria-label={words.cards.history}>
        {page === null ? (
          failed ? (
            <Trouble onRetry={read} />
          ) : (
            <Waiting rows={5} heightPx={48} />
          )
        ) : page.items.length === 0 ? (
          <p className={classes['quiet']}>{words.ledger.empty}</p>
        ) : (
          <>
            <ol>
              {page.items.map((entry) => (
                <Line key={entry.id} entry={entry} />
              ))}
            </ol>
            {page.nextCursor !== null && <LoadMore state={more} onMore={readMore} />}
          </>
        )}
      </div>
    </Sheet>
  )
}

function Line({ entry }: { entry: Entry }) {
  const words = useWords().ledger
  const format = useFormat()
  const { id, type, points, balanceAfter, reason, orderId, createdAt } = entry
  const details = [orderId === null ? null : words.order(orderId), reason].filter((detail) => detail !== null)
  return (
    <li className={classes['line']} data-transaction={id}>
      <span className={classes['what']}>
        <span className={classes['type']}>{words.types[type]}</span>
        {details.length > 0 && <span>{details.join(' · ')}</span>}
        <time className={classes['quiet']} dateTime={createdAt}>
          {format.dateTime(createdAt)}
        </time>
      </span>
      <span className={`${classes['points']} figure`}>
        <strong data-gain={points >= 0}>{format.signed(points)}</strong>
        <span className={classes['quiet']}>{words.balanceAfter(format.number(balanceAfter))}</span>
      </span>
    </li>
  )
}

/** The ledger of a card, as long as it is shown. */
function useLedger(cardId: string) {
  const { store } = useCustomer()
  const [{ list, close }] = useState(() => store.openLedger(cardId))
  const [failed, setFailed] = useState(false)
  const state: ListState<Page<Entry>> = useCell(list.state)

  function read(): void {
    setFailed(false)
    list.read().catch(() => setFailed(true))
  }
  useEffect(() => {
    list.read().catch(() => setFailed(true))
    return close
  }, [list, close])

  return { state, failed, read, readMore: () => void list.readMore() }
}
