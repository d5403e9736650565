import type { Activity, FieldChange } from '@loyalty-live/events/activity'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { settingsQuery } from '../../api/engagement-queries.ts'
import { useAdminWords } from '../../language/admin-words.ts'
import { useBookingWords } from '../../language/booking-words.ts'
import { useFormat } from '../../language/language.tsx'
import { useSession, useUser } from '../../session/use-session.tsx'
import { wallTimeAt } from '../../time/zoned.ts'
import classes from './activity.module.css'
import { valueIn, wordOf } from './use-describe.ts'

/** What it was, and what it is now; of money, how much of it. */
export function BeforeAfter({ item }: { item: Activity }) {
  const format = useFormat()
  const { pointsChange, balanceBefore, balanceAfter, amountMinor, currency, changes } = item

  if (pointsChange !== null && balanceBefore !== null && balanceAfter !== null) {
    return (
      <Change>
        <span className={classes['points']} data-gain={pointsChange >= 0}>
          {format.signed(pointsChange)}
        </span>
        <Step from={format.number(balanceBefore)} to={format.number(balanceAfter)} />
      </Change>
    )
  }
  if (item.type === 'payment_recorded' && amountMinor !== null && currency !== null) {
    const refunded = valueIn(changes, 'refundedMinor')
    const shown = typeof refunded === 'number' ? -refunded : amountMinor
    return <Change>{format.moneyBrief(shown, currency)}</Change>
  }
  const first = changes.find(({ from }) => from !== null)
  if (first) {
    return (
      <Change>
        <Step
          from={<Value item={item} field={first.field} value={first.from} />}
          to={<Value item={item} field={first.field} value={first.to} />}
        />
      </Change>
    )
  }
  const startsAt = valueIn(changes, 'startsAt')
  if (startsAt === null) return <span />
  return (
    <Change>
      <Value item={item} field="startsAt" value={startsAt} />
    </Change>
  )
}

function Change({ children }: { children: ReactNode }) {
  return (
    <span className={`${classes['change']} figure`} data-testid="before-after">
      {children}
    </span>
  )
}

function Step({ from, to }: { from: ReactNode; to: ReactNode }) {
  const words = useAdminWords().activity
  return (
    <span className={classes['step']}>
      <span className="visually-hidden">{words.before} </span>
      <span className={classes['from']}>{from}</span>
      <span aria-hidden="true"> → </span>
      <span className="visually-hidden">, {words.after} </span>
      <span className={classes['to']}>{to}</span>
    </span>
  )
}

function Value({
  item: { type, currency },
  field,
  value,
}: {
  item: Activity
  field: string
  value: FieldChange['from']
}) {
  const words = useAdminWords().activity
  const booking = useBookingWords()
  const format = useFormat()
  if (value === null) return '–'
  if (typeof value === 'boolean') return value ? words.yes : words.no
  if (typeof value === 'number') {
    return field === 'amountMinor' && currency !== null ? format.moneyBrief(value, currency) : format.number(value)
  }
  if (type === 'booking_updated') {
    if (field === 'startsAt') return <Moment iso={value} />
    return wordOf(field === 'status' ? booking.statuses : booking.payments, value) ?? value
  }
  return wordOf(words.statuses, value) ?? value
}

/** By the clocks of the business, as its bookings are. */
function Moment({ iso }: { iso: string }) {
  const format = useFormat()
  const { ask } = useSession()
  const timeZone = useQuery(settingsQuery(ask, useUser()?.tenant ?? '')).data?.timeZone
  if (timeZone === undefined) return null
  return `${format.day(wallTimeAt(new Date(iso), timeZone).slice(0, 10))} ${format.timeIn(iso, timeZone)}`
}
