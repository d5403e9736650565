import { Button, Group, SegmentedControl, Stack, Text, TextInput } from '@mantine/core'
import type { Adjustment, CustomerCard, CustomerRecord } from '@loyalty-live/client/query'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { settingsQuery } from '../../api/engagement-queries.ts'
import { useEngagementWords } from '../../language/engagement-words.ts'
import { useFormat, useWords } from '../../language/language.tsx'
import { useToasts } from '../../parts/toasts.tsx'
import { PointsInput } from '../../points/points-input.tsx'
import { isAmount } from '../../points/points-request.ts'
import { SendingNotice } from '../../points/sending-notice.tsx'
import { useBusy } from '../../points/use-busy.ts'
import { usePointsSender } from '../../points/use-points-sender.ts'
import { useSession, useUser } from '../../session/use-session.tsx'

/** Corrects a card by hand, with a reason; at once, or when the customer approves, as the business has it. */
export function AdjustPoints({
  customer,
  card,
  onBusy,
}: {
  customer: CustomerRecord
  card: CustomerCard
  onBusy: (busy: boolean) => void
}) {
  const words = useEngagementWords().adjust
  const { points: pointWords } = useWords()
  const format = useFormat()
  const toasts = useToasts()
  const { ask } = useSession()
  const tenant = useUser()?.tenant ?? ''
  const needsApproval = useQuery(settingsQuery(ask, tenant)).data?.adjustmentsNeedApproval ?? false
  const [direction, setDirection] = useState<'add' | 'deduct'>('add')
  const [points, setPoints] = useState<number | string>('')
  const [reason, setReason] = useState('')
  const { sender, sending } = usePointsSender<Adjustment>((made) => {
    setPoints('')
    setReason('')
    const change = format.signed(made.points)
    const text = made.status === 'pending' ? words.asked(customer.displayName, change) : words.done(change)
    toasts.show({ text, tone: 'good' })
  })

  const valid = isAmount(points) && reason.trim() !== ''
  const busy = useBusy(sending, onBusy)
  const amount = isAmount(points) ? format.number(points) : ''
  const labels = needsApproval
    ? { add: words.doAskAdd, deduct: words.doAskDeduct }
    : { add: words.doAdd, deduct: words.doDeduct }

  return (
    <form
      data-testid="adjust"
      onSubmit={(event) => {
        event.preventDefault()
        if (!valid) return
        sender.send({
          path: '/api/admin/adjustments',
          body: {
            customerId: customer.id,
            programId: card.programId,
            points: direction === 'add' ? points : -points,
            reason: reason.trim(),
          },
        })
      }}
    >
      <Stack gap="sm">
        <Text c="dimmed" size="sm">
          {needsApproval ? words.hintApproval : words.hint}
        </Text>
        <Group gap="sm" align="flex-end" preventGrowOverflow={false}>
          <SegmentedControl
            aria-label={words.action}
            value={direction}
            onChange={setDirection}
            disabled={busy}
            data={[
              { value: 'add', label: words.add },
              { value: 'deduct', label: words.deduct },
            ]}
          />
          <PointsInput w={120} label={pointWords.amount} value={points} onChange={setPoints} disabled={busy} />
          <TextInput
            flex="1 1 180px"
            label={words.reason}
            placeholder={words.reasonHint}
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
            maxLength={500}
            required
            withAsterisk={false}
            disabled={busy}
          />
          <Button type="submit" disabled={!valid} loading={sending.state === 'sending'}>
            {labels[direction](amount)}
          </Button>
        </Group>
        <SendingNotice sending={sending} sender={sender} />
      </Stack>
    </form>
  )
}
