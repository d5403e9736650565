import { Button } from '@mantine/core'
import { memo } from 'react'
import type { Payment } from '../../api/payment-shapes.ts'
import { useFormat, useWords } from '../../language/language.tsx'
import { usePaymentWords } from '../../language/payment-words.ts'
import { Line } from '../../live/line.tsx'
import { PaymentTag } from '../../money/payment-tag.tsx'
import { CustomerName } from '../../parts/customer-name.tsx'
import { Initials } from '../../parts/initials.tsx'
import classes from './payments.module.css'

/** Who paid how much, in what way, and how it stands. */
export const PaymentRow = memo(function PaymentRow({
  payment,
  now,
  onOpen,
  onOpenCustomer,
}: {
  payment: Payment
  /** In milliseconds since 1970. */
  now: number
  onOpen: (paymentId: string) => void
  onOpenCustomer: (customerId: string) => void
}) {
  const { id, customerId, customerName, customerPhone, provider, amountMinor, currency, pointsAwarded } = payment
  const words = usePaymentWords()
  const { money, app } = useWords()
  const format = useFormat()
  const at = payment.paidAt ?? payment.createdAt
  const who = customerName ?? money.nobody
  return (
    <Line of={id} className={classes['line']} data-payment={id}>
      <span className={classes['who']}>
        {customerId !== null && customerName !== null ? (
          <CustomerName
            customer={{ id: customerId, displayName: customerName, phone: customerPhone ?? '' }}
            onOpen={onOpenCustomer}
          />
        ) : (
          <>
            <Initials name="?" />
            <span className={classes['quiet']}>{who}</span>
          </>
        )}
      </span>
      <span className={classes['how']}>
        {money.providers[provider]}
        <time className={classes['small']} dateTime={at} title={format.dateTime(at)}>
          {format.ago(Date.parse(at), now)}
        </time>
      </span>
      <span className={`${classes['amount']} figure`}>
        {format.money(amountMinor, currency)}
        {pointsAwarded > 0 && (
          <span className={classes['small']}>
            {words.points(format.signed(pointsAwarded - payment.pointsReversed))}
          </span>
        )}
      </span>
      <span className={classes['state']}>
        <PaymentTag payment={payment} />
      </span>
      <Button
        size="xs"
        variant="default"
        aria-label={words.open(format.moneyBrief(amountMinor, currency), who)}
        onClick={() => onOpen(id)}
      >
        {app.open}
      </Button>
    </Line>
  )
})
