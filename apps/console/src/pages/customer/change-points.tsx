import { Button, Group, NumberInput, SegmentedControl, Select, Stack, TextInput, Title } from '@mantine/core'
import type { CustomerRecord } from '@loyalty-live/client/query'
import { useState } from 'react'
import { useFormat, useWords } from '../../language/language.tsx'
import { useToasts } from '../../parts/toasts.tsx'
import { isAmount, POINTS_MAX, pointsRequest, type PointsAction } from '../../points/points-request.ts'
import { SendingNotice } from '../../points/sending-notice.tsx'
import { usePointsSender } from '../../points/use-points-sender.ts'

type Fields = { readonly points: number | string; readonly orderId: string; readonly reason: string }
const EMPTY: Fields = { points: '', orderId: '', reason: '' }

/** Redeems or adds points at the desk, under one idempotency key for one intention. */
export function ChangePoints({
  customer,
  programNames,
}: {
  customer: CustomerRecord
  programNames: ReadonlyMap<string, string>
}) {
  const words = useWords().points
  const title = useWords().customer.changePoints
  const format = useFormat()
  const toasts = useToasts()
  const [action, setAction] = useState<PointsAction>('redeem')
  const [cardId, setCardId] = useState<string | null>(null)
  const [fields, setFields] = useState(EMPTY)
  const card = customer.cards.find(({ id }) => id === cardId) ?? customer.cards[0]
  const { sender, sending } = usePointsSender(({ pointsChange, balance }) => {
    setFields(EMPTY)
    toasts.show({ text: words.done(format.signed(pointsChange), format.number(balance)), tone: 'good' })
  })
  if (!card) return null

  const { points } = fields
  const valid = isAmount(points)
  const busy = sending.state === 'sending' || sending.state === 'unknown'
  const amount = valid ? format.number(points) : ''

  return (
    <section aria-label={title}>
      <Title order={3} size="sm" mb="xs">
        {title}
      </Title>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          if (!valid) return
          const { orderId, reason } = fields
          const { programId } = card
          sender.send(pointsRequest({ phone: customer.phone, action, points, programId, orderId, reason }))
        }}
      >
        <Stack gap="sm">
          <Group gap="sm" align="flex-end">
            <SegmentedControl
              aria-label={title}
              value={action}
              onChange={(value) => setAction(value)}
              disabled={busy}
              data={[
                { value: 'redeem', label: words.redeem },
                { value: 'add', label: words.add },
              ]}
            />
            {customer.cards.length > 1 && (
              <Select
                label={words.program}
                value={card.id}
                onChange={setCardId}
                allowDeselect={false}
                disabled={busy}
                data={customer.cards.map(({ id, programId }) => ({
                  value: id,
                  label: programNames.get(programId) ?? id,
                }))}
              />
            )}
          </Group>
          <Group gap="sm" align="flex-end" grow preventGrowOverflow={false}>
            <NumberInput
              label={words.amount}
              value={points}
              onChange={(value) => setFields({ ...fields, points: value })}
              min={1}
              max={POINTS_MAX}
              allowDecimal={false}
              allowNegative={false}
              thousandSeparator=" "
              hideControls
              disabled={busy}
              classNames={{ input: 'figure' }}
            />
            <TextInput
              label={words.order}
              placeholder={words.orderHint}
              value={fields.orderId}
              onChange={(event) => setFields({ ...fields, orderId: event.currentTarget.value })}
              maxLength={100}
              disabled={busy}
            />
            <TextInput
              label={words.reason}
              placeholder={words.orderHint}
              value={fields.reason}
              onChange={(event) => setFields({ ...fields, reason: event.currentTarget.value })}
              maxLength={500}
              disabled={busy}
            />
            <Button type="submit" disabled={!valid} loading={sending.state === 'sending'}>
              {action === 'redeem' ? words.doRedeem(amount) : words.doAdd(amount)}
            </Button>
          </Group>
          <SendingNotice sending={sending} sender={sender} />
        </Stack>
      </form>
    </section>
  )
}
