import type { Page, RecentPayment } from '@loyalty-live/client/query'
import { useClientPaymentMonitor } from '@loyalty-live/client/react'
import { Group, Text, Title } from '@mantine/core'
import { useFormat, useWords } from '../../language/language.tsx'
import { usePaymentWords } from '../../language/payment-words.ts'
import { PaymentTag } from '../../money/payment-tag.tsx'
import { useSession } from '../../session/use-session.tsx'

const SHOWN = 5

/** The customer's last payments, each as it stands now; nothing for who has none, or who may not see them. */
export function CustomerPayments({ customerId }: { customerId: string }) {
  const words = usePaymentWords()
  const { providers } = useWords().money
  const format = useFormat()
  const { ask } = useSession()
  const { payments } = useClientPaymentMonitor(customerId, (of, signal) =>
    ask<Page<RecentPayment>>(`/api/admin/payments?customerId=${of}&limit=${SHOWN}`, { signal }),
  )
  if (payments.length === 0) return null
  return (
    <section aria-label={words.ofCustomer} data-testid="customer-payments">
      <Title order={3} size="sm" mb="xs">
        {words.ofCustomer}
      </Title>
      {payments.slice(0, SHOWN).map((payment) => (
        <Group key={payment.id} justify="space-between" gap="xs" mb={4} className="figure">
          <span>
            <strong>{format.money(payment.amountMinor, payment.currency)}</strong> · {providers[payment.provider]}
            {payment.paidAt !== null && (
              <Text span c="dimmed">
                {' '}
                · {format.dateTime(payment.paidAt)}
              </Text>
            )}
          </span>
          <PaymentTag payment={payment} />
        </Group>
      ))}
    </section>
  )
}
