import type { Customer } from '@loyalty-live/client/query'
import { Switch } from '@mantine/core'
import { memo, useSyncExternalStore } from 'react'
import { useFormat, useWords } from '../../language/language.tsx'
import { useRecentChanges } from '../../live/live-session.tsx'
import { useNow } from '../../live/use-now.ts'
import { CustomerName } from '../../parts/customer-name.tsx'
import { Flash } from '../../parts/flash.tsx'
import { useVipSwitch } from '../customer/use-vip-switch.ts'
import classes from './customer-list.module.css'

export type CustomerRowProps = {
  customer: Customer
  index: number
  topPx: number
  onOpen: (id: string) => void
}

/** One customer. Renders again only when this customer has changed, or is marked. */
export const CustomerRow = memo(function CustomerRow({ customer, index, topPx, onOpen }: CustomerRowProps) {
  const { id, displayName, points, earned, redeemed, lastActivityAt } = customer
  const words = useWords().customers
  const format = useFormat()
  const changes = useRecentChanges()
  const mark = useSyncExternalStore(changes.subscribe, () => changes.of(id))
  const now = useNow(30_000)
  const { vip, setVip } = useVipSwitch(customer)

  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      data-index={index}
      data-customer={id}
      data-marked={mark ? '' : undefined}
      className={classes['row']}
      style={{ transform: `translateY(${topPx}px)` }}
    >
      {mark && <Flash key={mark.number} />}
      <div role="cell" className={classes['name']}>
        <CustomerName customer={customer} onOpen={onOpen} />
      </div>
      <div role="cell" className={`${classes['points']} figure`} data-column="points">
        <span className={classes['balance']}>
          {mark !== null && mark.points !== null && (
            <span className={classes['delta']} data-gain={mark.points >= 0} data-testid="delta">
              {format.signed(mark.points)}
            </span>
          )}
          <span data-testid="balance">{format.number(points)}</span>
        </span>
      </div>
      <div role="cell" className={`${classes['earned']} figure`} data-column="earned">
        {format.number(earned)}
      </div>
      <div role="cell" className={`${classes['redeemed']} figure`} data-column="redeemed">
        {format.number(redeemed)}
      </div>
      <div role="cell" className={classes['lastActivity']}>
        {lastActivityAt ? (
          <time dateTime={lastActivityAt} title={format.dateTime(lastActivityAt)}>
            {format.ago(Date.parse(lastActivityAt), now)}
          </time>
        ) : (
          '–'
        )}
      </div>
      <div role="cell" className={classes['vip']}>
        <Switch checked={vip} aria-label={words.vipSwitch(displayName)} onChange={() => setVip(!vip)} />
      </div>
    </div>
  )
})
