import type { RecentPayment } from '@loyalty-live/client/query'
import { IconCash } from '@tabler/icons-react'
import { useDashboardWords } from '../../language/dashboard-words.ts'
import { useFormat, useWords } from '../../language/language.tsx'
import { ChangeMark } from '../../live/change-mark.tsx'
import { useNow } from '../../live/use-now.ts'
import { Panel } from '../../parts/panel.tsx'
import { EmptyState, LoadingRows } from '../../parts/states.tsx'
import classes from './recent-payments.module.css'

/** The last payments, whatever the period; the next one is on top the moment it is made. Null: they are on their way. */
export function RecentPayments({
  payments,
  onOpen,
}: {
  payments: readonly RecentPayment[] | null
  onOpen: (customerId: string) => void
}) {
  const words = useDashboardWords()
  const now = useNow(10_000)
  return (
    <Panel title={words.recent} testId="recent-payments">
      {payments === null ? (
        <LoadingRows rows={8} heightPx={58} />
      ) : payments.length === 0 ? (
        <EmptyState icon={<IconCash size={28} />} title={words.noRecent}>
          {words.noRecentText}
        </EmptyState>
      ) : (
        <ul className={classes['lines']} aria-label={words.recent}>
          {payments.map((payment) => (
            <RecentLine key={payment.id} payment={payment} now={now} onOpen={onOpen} />
          ))}
        </ul>
      )}
    </Panel>
  )
}

function RecentLine({
  payment: {
    id,
    provider,
    status,
    amountMinor,
    refundedMinor,
    currency,
    customerId,
    customerName,
    pointsAwarded,
    paidAt,
  },
  now,
  onOpen,
}: {
  payment: RecentPayment
  /** In milliseconds since 1970. */
  now: number
  onOpen: (customerId: string) => void
}) {
  const words = useDashboardWords()
  const { money, customers } = useWords()
  const format = useFormat()
  return (
    <li className={classes['line']} data-payment={id}>
      <ChangeMark of={id} />
      <span className={classes['who']}>
        {customerId !== null && customerName !== null ? (
          <button
            type="button"
            className={classes['name']}
            aria-label={customers.open(customerName)}
            onClick={() => onOpen(customerId)}
          >
            {customerName}
          </button>
        ) : (
          <span className={classes['nobody']}>{money.nobody}</span>
        )}
        <span className={`${classes['detail']} figure`}>
          {money.providers[provider]}
          {pointsAwarded > 0 && ` · ${words.pointsGiven(format.signed(pointsAwarded))}`}
        </span>
      </span>
      <span className={classes['sum']}>
        <strong className="figure" data-refunded={status === 'refunded' || undefined}>
          {format.moneyBrief(amountMinor, currency)}
        </strong>
        {paidAt !== null && (
          <time className={`${classes['detail']} figure`} dateTime={paidAt} title={format.dateTime(paidAt)}>
            {refundedMinor > 0
              ? words.refunded(format.moneyBrief(refundedMinor, currency))
              : format.ago(Date.parse(paidAt), now)}
          </time>
        )}
      </span>
    </li>
  )
}
