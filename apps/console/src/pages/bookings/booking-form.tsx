import { Button, Group, Select, Stack, Textarea, TextInput } from '@mantine/core'
import type { ReactNode } from 'react'
import { useBookingWords } from '../../language/booking-words.ts'
import { useFormat, useWords } from '../../language/language.tsx'
import { AmountInput } from '../../money/amount-input.tsx'
import { Problem } from '../../parts/problem.tsx'
import { ConflictNotice } from '../../records/conflict-notice.tsx'
import type { DraftForm } from '../../records/use-draft.ts'
import type { BookingFields } from './booking-fields.ts'
import { bookingStatuses } from './search.ts'

/** When, for how much, in which state. `who` stands above, `actions` beside the buttons. */
export function BookingForm({
  form,
  currency,
  timeZone,
  isNew,
  who,
  actions,
  onCancel,
}: {
  form: DraftForm<BookingFields>
  currency: string
  timeZone: string
  isNew: boolean
  who: ReactNode
  actions?: ReactNode
  onCancel: () => void
}) {
  const words = useBookingWords()
  const { app } = useWords()
  const format = useFormat()
  const { values, set, conflicts } = form
  const labels: Record<keyof BookingFields, string> = {
    startsAt: words.startsAt,
    amountMinor: words.amount,
    status: words.status,
    note: words.note,
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        form.save()
      }}
    >
      <Stack>
        {who}
        <Group grow align="flex-start">
          <TextInput
            type="datetime-local"
            label={labels.startsAt}
            description={words.zone(timeZone)}
            value={values.startsAt}
            onChange={(event) => set('startsAt', event.currentTarget.value)}
            required
          />
          <AmountInput
            label={labels.amountMinor}
            description={'\u00A0'}
            currency={currency}
            value={values.amountMinor}
            onChange={(amountMinor) => set('amountMinor', amountMinor ?? 0)}
          />
        </Group>
        {!isNew && (
          <Select
            label={labels.status}
            value={values.status}
            onChange={(status) => status !== null && set('status', status)}
            data={bookingStatuses.map((value) => ({ value, label: words.statuses[value] }))}
            allowDeselect={false}
          />
        )}
        <Textarea
          label={labels.note}
          value={values.note}
          onChange={(event) => set('note', event.currentTarget.value)}
          maxLength={500}
          autosize
          minRows={2}
        />
        <ConflictNotice form={form} nameOf={(field) => labels[field]} wordOf={wordOf} />
        <Problem error={form.error} />
        <Group justify="space-between">
          <Group gap="xs">{actions}</Group>
          <Group gap="xs">
            <Button variant="default" onClick={onCancel}>
              {isNew ? app.cancel : app.close}
            </Button>
            <Button
              type="submit"
              loading={form.isSaving}
              disabled={values.startsAt === '' || !(form.isChanged || isNew) || conflicts.length > 0}
            >
              {isNew ? words.create : words.save}
            </Button>
          </Group>
        </Group>
      </Stack>
    </form>
  )

  function wordOf(field: keyof BookingFields, value: BookingFields[keyof BookingFields]): string | number {
    if (field === 'amountMinor') return format.money(Number(value), currency)
    if (field === 'status') return words.statuses[value as BookingFields['status']]
    return field === 'startsAt' ? String(value).replace('T', ' ') : value
  }
}
