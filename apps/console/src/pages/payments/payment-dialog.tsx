import { Button, Group, Stack, Title } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { IconRefresh } from '@tabler/icons-react'
import { useState } from 'react'
import { paymentQuery } from '../../api/money-queries.ts'
import type { PaymentDetail } from '../../api/payment-shapes.ts'
import { useFormat, useWords } from '../../language/language.tsx'
import { usePaymentWords } from '../../language/payment-words.ts'
import { nameOf } from '../../live/change-toasts.tsx'
import { useAfterWrite } from '../../live/use-after-write.ts'
import { PaymentTag } from '../../money/payment-tag.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { Problem } from '../../parts/problem.tsx'
import { ErrorState, LoadingRows } from '../../parts/states.tsx'
import { useToasts } from '../../parts/toasts.tsx'
import { useSession } from '../../session/use-session.tsx'
import { Callbacks } from './callbacks.tsx'
import classes from './payments.module.css'
import { RefundForm } from './refund-form.tsx'

/** One payment: what is known of it, its refunds, what its provider sent, and what can be done; live while it is open. */
export function PaymentDialog({ tenant, id, onClose }: { tenant: string; id: string; onClose: () => void }) {
  const words = usePaymentWords()
  const { ask } = useSession()
  const payment = useQuery(paymentQuery(ask, tenant, id))
  return (
    <Dialog
      onClose={onClose}
      title={words.payment}
      size={620}
      className={classes['dialog'] ?? ''}
      data-testid="payment-dialog"
    >
      {payment.data ? (
        <Stack gap="lg">
          <Facts payment={payment.data} tenant={tenant} />
          <Actions payment={payment.data} />
          <Refunds payment={payment.data} />
          <Callbacks callbacks={payment.data.callbacks} />
        </Stack>
      ) : payment.isError ? (
        <ErrorState error={payment.error} onRetry={() => void payment.refetch()} />
      ) : (
        <LoadingRows rows={5} heightPx={48} />
      )}
    </Dialog>
  )
}

function Facts({ payment, tenant }: { payment: PaymentDetail; tenant: string }) {
  const words = usePaymentWords()
  const { money, changes } = useWords()
  const format = useFormat()
  const { amountMinor, currency, pointsAwarded, pointsReversed, paidAt, bookingId, detail } = payment
  const points =
    pointsReversed > 0
      ? words.pointsAfter(format.signed(pointsAwarded), format.number(pointsReversed))
      : format.signed(pointsAwarded)
  const facts: readonly (readonly [string, string | null])[] = [
    [
      words.customer,
      payment.customerName === null ? money.nobody : `${payment.customerName} · ${payment.customerPhone}`,
    ],
    [words.provider, money.providers[payment.provider]],
    [words.paidAt, paidAt && format.dateTime(paidAt)],
    [words.madeAt, format.dateTime(payment.createdAt)],
    [words.madeBy, nameOf(payment.actor, changes)],
    [words.pointsAwarded, pointsAwarded === 0 ? null : points],
    [words.failure, payment.failure],
    [words.reference, payment.providerReference],
    [words.note, payment.note],
    // An address is no fact to read.
    ...Object.entries(detail).filter(([name]) => !/url|code$/i.test(name)),
  ]
  return (
    <>
      <p className={`${classes['big']} figure`}>
        {format.money(amountMinor, currency)} <PaymentTag payment={payment} />
      </p>
      <dl className={`${classes['facts']} figure`}>
        {facts.map(
          ([name, value]) =>
            value !== null && (
              <div key={name} style={{ display: 'contents' }}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ),
        )}
        {bookingId !== null && (
          <>
            <dt>{words.booking}</dt>
            <dd>
              <Link to="/$tenant/admin/bookings" params={{ tenant }} search={{ booking: bookingId }}>
                {words.showBooking}
              </Link>
            </dd>
          </>
        )}
      </dl>
    </>
  )
}

/** Asks the provider about what it has not settled; records what went back. */
function Actions({ payment }: { payment: PaymentDetail }) {
  const words = usePaymentWords()
  const { ask } = useSession()
  const toasts = useToasts()
  const afterWrite = useAfterWrite()
  const [isRefunding, setRefunding] = useState(false)
  const { id, status, version, provider } = payment
  const reconcile = useMutation({
    mutationFn: () => ask<PaymentDetail>(`/api/admin/payments/${id}/reconcile`, { method: 'POST' }),
    async onSuccess(now) {
      if (now.version === version) toasts.show({ text: words.askedSame, tone: 'news' })
      await afterWrite()
    },
  })
  if (isRefunding) return <RefundForm payment={payment} onClose={() => setRefunding(false)} />
  return (
    <>
      <Group gap="xs">
        {status === 'pending' && (
          <Button
            variant="default"
            leftSection={<IconRefresh size={16} aria-hidden="true" />}
            loading={reconcile.isPending}
            onClick={() => reconcile.mutate()}
          >
            {words.askProvider}
          </Button>
        )}
        {status === 'succeeded' &&
          (provider === 'paystack' ? (
            <span className={classes['small']}>{words.byProvider}</span>
          ) : (
            <Button variant="default" onClick={() => setRefunding(true)}>
              {words.refund}
            </Button>
          ))}
      </Group>
      <Problem error={reconcile.error} />
    </>
  )
}

function Refunds({ payment: { refunds } }: { payment: PaymentDetail }) {
  const words = usePaymentWords()
  const format = useFormat()
  const { changes } = useWords()
  if (refunds.length === 0) return null
  return (
    <section aria-label={words.refunds}>
      <Title order={3} size="sm">
        {words.refunds}
      </Title>
      <ul className={classes['plain']}>
        {refunds.map(({ id, status, amountMinor, currency, reason, pointsTaken, pointsMissing, actor, createdAt }) => (
          <li key={id}>
            <span className="figure">
              {format.money(amountMinor, currency)} · {words.refundStatuses[status]}
              {reason !== null && ` · ${reason}`}
            </span>
            <span className={`${classes['small']} figure`}>
              {pointsTaken > 0 && `${words.points(format.signed(-pointsTaken))} · `}
              {pointsMissing > 0 && `${words.pointsMissing(format.number(pointsMissing))} · `}
              {nameOf(actor, changes)} · {format.dateTime(createdAt)}
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}
