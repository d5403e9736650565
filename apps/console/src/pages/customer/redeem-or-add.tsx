import { Button, Group, Stack, TextInput } from '@mantine/core'
import type { CustomerCard } from '@loyalty-live/client/query'
import { useState } from 'react'
import { useFormat, useWords } from '../../language/language.tsx'
import { useToasts } from '../../parts/toasts.tsx'
import { PointsInput } from '../../points/points-input.tsx'
import { isAmount, pointsRequest, type PointsAction } from '../../points/points-request.ts'
import { SendingNotice } from '../../points/sending-notice.tsx'
import { useBusy } from '../../points/use-busy.ts'
import { usePointsSender } from '../../points/use-points-sender.ts'

type Fields = { readonly points: number | string; readonly orderId: string; readonly reason: string }
const EMPTY: Fields = { points: '', orderId: '', reason: '' }

/** Redeems or adds points, under one idempotency key for one intention. */
export function RedeemOrAdd({
  phone,
  card: { programId },
  action,
  onBusy,
}: {
  phone: string
  card: CustomerCard
  action: PointsAction
  onBusy: (busy: boolean) => void
}) {
  const words = useWords().points
  const format = useFormat()
  const toasts = useToasts()
  const [fields, setFields] = useState(EMPTY)
  const { sender, sending } = usePointsSender(({ pointsChange, balance }) => {
    setFields(EMPTY)
    toasts.show({ text: words.done(format.signed(pointsChange), format.number(balance)), tone: 'good' })
  })
  const busy = useBusy(sending, onBusy)

  const { points } = fields
  const valid = isAmount(points)
  const amount = valid ? format.number(points) : ''

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        if (!valid) return
        const { orderId, reason } = fields
        sender.send(pointsRequest({ phone, action, points, programId, orderId, reason }))
      }}
    >
      <Stack gap="sm">
        <Group gap="sm" align="flex-end" grow preventGrowOverflow={false}>
          <PointsInput
            label={words.amount}
            value={points}
            onChange={(value) => setFields({ ...fields, points: value })}
            disabled={busy}
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
  )
}
