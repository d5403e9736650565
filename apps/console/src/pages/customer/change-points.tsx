import { Group, SegmentedControl, Select, Stack, Title } from '@mantine/core'
import type { CustomerRecord } from '@loyalty-live/client/query'
import { useState } from 'react'
import { useEngagementWords } from '../../language/engagement-words.ts'
import { useWords } from '../../language/language.tsx'
import type { PointsAction } from '../../points/points-request.ts'
import { AdjustPoints } from './adjust-points.tsx'
import { RedeemOrAdd } from './redeem-or-add.tsx'

/** Redeems or adds points at the desk, or corrects them by hand, on one of the customer's cards. */
export function ChangePoints({
  customer,
  programNames,
}: {
  customer: CustomerRecord
  programNames: ReadonlyMap<string, string>
}) {
  const words = useWords().points
  const title = useWords().customer.changePoints
  const adjust = useEngagementWords().adjust
  const [action, setAction] = useState<PointsAction | 'adjust'>('redeem')
  const [cardId, setCardId] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const card = customer.cards.find(({ id }) => id === cardId) ?? customer.cards[0]
  if (!card) return null

  return (
    <section aria-label={title}>
      <Title order={3} size="sm" mb="xs">
        {title}
      </Title>
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
              { value: 'adjust', label: adjust.action },
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
        {action === 'adjust' ? (
          <AdjustPoints customer={customer} card={card} onBusy={setBusy} />
        ) : (
          <RedeemOrAdd phone={customer.phone} card={card} action={action} onBusy={setBusy} />
        )}
      </Stack>
    </section>
  )
}
