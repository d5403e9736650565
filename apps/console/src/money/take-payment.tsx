import { Button, Group, Select, Stack, Text, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import type { Payment } from '../api/payment-shapes.ts'
import { useRequestKey } from '../api/use-request-key.ts'
import { useFormat, useWords } from '../language/language.tsx'
import { usePaymentWords } from '../language/payment-words.ts'
import { useAfterWrite } from '../live/use-after-write.ts'
import { Dialog } from '../parts/dialog.tsx'
import { Problem } from '../parts/problem.tsx'
import { useToasts } from '../parts/toasts.tsx'
import { useSession } from '../session/use-session.tsx'
import { AmountInput } from './amount-input.tsx'
import { AwaitedPayment } from './awaited-payment.tsx'
import { CustomerPicker } from './customer-picker.tsx'
import { faultOf, requestOf, WAYS, type PaymentWish } from './payment-request.ts'

/** Takes a payment: by hand it counts at once, with a provider it is started here and followed until it is settled. */
export function TakePaymentDialog({
  tenant,
  currency,
  first = {},
  onClose,
}: {
  tenant: string
  currency: string
  first?: Partial<Pick<PaymentWish, 'amountMinor' | 'customerId' | 'phone' | 'bookingId'>>
  onClose: () => void
}) {
  const words = usePaymentWords()
  const { money, app } = useWords()
  const format = useFormat()
  const { ask } = useSession()
  const toasts = useToasts()
  const afterWrite = useAfterWrite()
  const keyOf = useRequestKey()
  const [wish, setWish] = useState<PaymentWish>({
    way: 'cash',
    amountMinor: null,
    currency,
    customerId: null,
    bookingId: null,
    phone: '',
    email: '',
    reference: '',
    note: '',
    ...first,
  })
  const [started, setStarted] = useState<Payment | null>(null)
  const change = (changes: Partial<PaymentWish>) => setWish((before) => ({ ...before, ...changes }))
  const { path, body } = requestOf(wish)
  const fault = faultOf(wish)
  const isStarted = wish.way === 'mpesa' || wish.way === 'paystack'

  const take = useMutation({
    mutationFn: () => ask<Payment>(path, { method: 'POST', body, headers: keyOf([path, body]) }),
    async onSuccess(payment) {
      await afterWrite()
      if (payment.status === 'pending') return setStarted(payment)
      toasts.show({ text: words.recorded(format.moneyBrief(payment.amountMinor, payment.currency)), tone: 'good' })
      onClose()
    },
  })

  return (
    <Dialog
      onClose={onClose}
      title={started ? money.providers[started.provider] : words.take}
      data-testid="take-payment"
    >
      {started ? (
        <AwaitedPayment tenant={tenant} started={started} onClose={onClose} />
      ) : (
        <form
          onSubmit={(event) => {
            event.preventDefault()
            take.mutate()
          }}
        >
          <Stack>
            <Group grow align="flex-start">
              <Select
                label={words.provider}
                value={wish.way}
                onChange={(way) => way !== null && change({ way })}
                data={WAYS.map((value) => ({ value, label: money.providers[value] }))}
                allowDeselect={false}
              />
              <AmountInput
                label={words.amount}
                currency={wish.currency}
                value={wish.amountMinor}
                onChange={(amountMinor) => change({ amountMinor })}
                required
                data-autofocus
              />
            </Group>
            {wish.bookingId === null && (
              <CustomerPicker
                tenant={tenant}
                label={words.customer}
                placeholder={words.customerSearch}
                value={wish.customerId}
                onChange={(customerId) => change({ customerId })}
              />
            )}
            {wish.way === 'mpesa' && (
              <TextInput
                type="tel"
                label={words.phone}
                value={wish.phone}
                onChange={(event) => change({ phone: event.currentTarget.value })}
                maxLength={40}
                required
              />
            )}
            {wish.way === 'paystack' && (
              <TextInput
                type="email"
                label={words.email}
                value={wish.email}
                onChange={(event) => change({ email: event.currentTarget.value })}
                maxLength={200}
                required
              />
            )}
            {!isStarted && (
              <TextInput
                label={words.transferReference}
                description={words.optional}
                value={wish.reference}
                onChange={(event) => change({ reference: event.currentTarget.value })}
                maxLength={200}
              />
            )}
            <TextInput
              label={words.note}
              value={wish.note}
              onChange={(event) => change({ note: event.currentTarget.value })}
              maxLength={500}
            />
            {fault === 'part-of-shilling' && <Text role="alert">{words.wholeShillings}</Text>}
            <Problem error={take.error} />
            <Group justify="flex-end">
              <Button variant="default" onClick={onClose}>
                {app.cancel}
              </Button>
              <Button type="submit" loading={take.isPending} disabled={fault !== null}>
                {isStarted ? words.start : words.record}
              </Button>
            </Group>
          </Stack>
        </form>
      )}
    </Dialog>
  )
}
