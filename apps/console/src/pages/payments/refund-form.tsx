import { Button, Group, Stack, Text, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import type { PaymentDetail } from '../../api/payment-shapes.ts'
import { useRequestKey } from '../../api/use-request-key.ts'
import { useFormat, useWords } from '../../language/language.tsx'
import { usePaymentWords } from '../../language/payment-words.ts'
import { useAfterWrite } from '../../live/use-after-write.ts'
import { AmountInput } from '../../money/amount-input.tsx'
import { Problem } from '../../parts/problem.tsx'
import { useToasts } from '../../parts/toasts.tsx'
import { useSession } from '../../session/use-session.tsx'

/** Records money that went back by hand: all that is left of a payment, or a part of it. */
export function RefundForm({ payment, onClose }: { payment: PaymentDetail; onClose: () => void }) {
  const words = usePaymentWords()
  const { app } = useWords()
  const format = useFormat()
  const { ask } = useSession()
  const toasts = useToasts()
  const afterWrite = useAfterWrite()
  const keyOf = useRequestKey()
  const leftMinor = payment.amountMinor - payment.refundedMinor
  const [amountMinor, setAmountMinor] = useState<number | null>(leftMinor)
  const [reason, setReason] = useState('')
  const worded = format.moneyBrief(amountMinor ?? 0, payment.currency)
  const refund = useMutation({
    mutationFn: (body: object) =>
      ask(`/api/admin/payments/${payment.id}/refund`, { method: 'POST', body, headers: keyOf(body) }),
    async onSuccess() {
      toasts.show({ text: words.refunded(worded), tone: 'good' })
      await afterWrite()
      onClose()
    },
  })
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        refund.mutate({ amountMinor, reason: reason.trim() })
      }}
    >
      <Stack gap="sm">
        <Text c="dimmed">{words.refundText}</Text>
        <Group grow align="flex-start">
          <AmountInput
            label={words.refundAmount}
            currency={payment.currency}
            value={amountMinor}
            onChange={setAmountMinor}
            required
          />
          <TextInput
            label={words.reason}
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
            maxLength={500}
            required
          />
        </Group>
        <Problem error={refund.error} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {app.cancel}
          </Button>
          <Button
            type="submit"
            loading={refund.isPending}
            disabled={amountMinor === null || amountMinor <= 0 || amountMinor > leftMinor || reason.trim() === ''}
          >
            {words.refundDo(worded)}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
