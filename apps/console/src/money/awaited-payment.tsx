import { Anchor, Button, Group, Stack } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { IconCircleCheck, IconCircleX, IconHourglassHigh } from '@tabler/icons-react'
import { paymentQuery } from '../api/money-queries.ts'
import type { Payment } from '../api/payment-shapes.ts'
import { BigNews } from '../engagement/big-news.tsx'
import { useFormat } from '../language/language.tsx'
import { usePaymentWords } from '../language/payment-words.ts'
import { useSession } from '../session/use-session.tsx'

/**
 * A payment that was started, until it is settled. What it says is read, not remembered from events: it is right after an outage
 * as well.
 */
export function AwaitedPayment({
  tenant,
  started,
  onClose,
}: {
  tenant: string
  started: Payment
  onClose: () => void
}) {
  const words = usePaymentWords()
  const format = useFormat()
  const { ask } = useSession()
  const payment = useQuery(paymentQuery(ask, tenant, started.id)).data ?? started
  const { status, provider, amountMinor, currency, pointsAwarded, failure, detail } = payment
  const amount = format.moneyBrief(amountMinor, currency)
  const waiting = words.awaited[provider === 'paystack' ? 'paystack' : 'mpesa']
  const checkoutUrl = detail['checkoutUrl']

  return (
    <Stack data-testid="awaited-payment" data-status={status}>
      {status === 'pending' ? (
        <BigNews
          sign={<IconHourglassHigh size={56} stroke={1.5} aria-hidden="true" />}
          tone="waiting"
          title={waiting.title}
          text={`${amount}. ${waiting.text}`}
          testId="payment-waiting"
        />
      ) : status === 'failed' ? (
        <BigNews
          sign={<IconCircleX size={56} stroke={1.5} aria-hidden="true" />}
          tone="bad"
          title={words.failed}
          text={failure ?? ''}
          testId="payment-failed"
        />
      ) : (
        <BigNews
          sign={<IconCircleCheck size={56} stroke={1.5} aria-hidden="true" />}
          tone="good"
          title={`${words.paid}: ${amount}`}
          text={pointsAwarded > 0 ? words.points(format.signed(pointsAwarded)) : ''}
          testId="payment-paid"
        />
      )}
      <Group justify="center">
        {status === 'pending' && checkoutUrl !== undefined && (
          <Anchor href={checkoutUrl} target="_blank" rel="noreferrer">
            {words.checkout}
          </Anchor>
        )}
        <Button variant="default" onClick={onClose}>
          {words.done}
        </Button>
      </Group>
    </Stack>
  )
}
