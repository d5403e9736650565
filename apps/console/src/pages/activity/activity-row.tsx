import type { Activity } from '@loyalty-live/events/activity'
import {
  IconCalendar,
  IconCards,
  IconCash,
  IconCoins,
  IconDots,
  IconPlusMinus,
  IconQrcode,
  IconStar,
  IconUser,
  IconUserPlus,
  type Icon,
} from '@tabler/icons-react'
import { memo } from 'react'
import { useAdminWords } from '../../language/admin-words.ts'
import { useFormat, useWords } from '../../language/language.tsx'
import { nameOf } from '../../live/change-toasts.tsx'
import { Flash } from '../../parts/flash.tsx'
import classes from './activity.module.css'
import { BeforeAfter } from './before-after.tsx'
import { useDescribe } from './use-describe.ts'

export const ROW_HEIGHT_PX = 64

function iconOf({ type, changes }: Activity): Icon {
  switch (type) {
    case 'loyalty_updated':
      return IconCoins
    case 'member_updated':
      return changes[0]?.field === 'vip' ? IconStar : IconUser
    case 'enrolment_updated':
      return IconUserPlus
    case 'program_updated':
      return IconCards
    case 'qr_scanned':
      return IconQrcode
    case 'adjustment_updated':
      return IconPlusMinus
    case 'payment_recorded':
      return IconCash
    case 'booking_updated':
      return IconCalendar
    default:
      return IconDots
  }
}

export type ActivityRowProps = {
  item: Activity
  topPx: number
  now: number
  /** It happened while the page was open: marked for a moment. */
  isNew: boolean
  onOpenCustomer: (id: string) => void
}

/** One line of the log: what was done to whom, by whom and why, before → after, and when. */
export const ActivityRow = memo(function ActivityRow({ item, topPx, now, isNew, onOpenCustomer }: ActivityRowProps) {
  const words = useWords()
  const log = useAdminWords().activity
  const format = useFormat()
  const describe = useDescribe()
  const { actor, customer, orderId, reason, at } = item
  const TypeIcon = iconOf(item)
  return (
    <li
      className={classes['row']}
      data-testid="activity"
      data-type={item.type}
      style={{ transform: `translateY(${topPx}px)` }}
    >
      {isNew && <Flash />}
      <span className={classes['icon']} aria-hidden="true">
        <TypeIcon size={18} />
      </span>
      <span className={classes['what']}>
        <span className={classes['subject']}>
          {customer && (
            <button
              type="button"
              className={classes['customer']}
              aria-label={words.customers.open(customer.name ?? customer.id)}
              onClick={() => onOpenCustomer(customer.id)}
            >
              {customer.name ?? log.someCustomer}
            </button>
          )}
          <span className={classes['deed']}>{describe(item)}</span>
        </span>
        <span className={classes['why']}>
          <span className={`${classes['timeShort']} figure`} aria-hidden="true">
            {format.ago(Date.parse(at), now)} ·{' '}
          </span>
          <span data-testid="actor">{actor.type === 'sql' ? log.bySql(actor.id) : nameOf(actor, words.changes)}</span>
          {orderId !== null && <span className="figure"> · {words.customer.order(orderId)}</span>}
          {reason !== null && <span> · “{reason}”</span>}
        </span>
      </span>
      <BeforeAfter item={item} />
      <time className={`${classes['time']} figure`} dateTime={at} title={format.dateTime(at)}>
        <span>{format.time(new Date(at))}</span>
        <span className={classes['ago']}>{format.ago(Date.parse(at), now)}</span>
      </time>
    </li>
  )
})
