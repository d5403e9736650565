import type { Activity, FieldChange } from '@loyalty-live/events/activity'
import { useAdminWords } from '../../language/admin-words.ts'
import { useFormat, useWords } from '../../language/language.tsx'

/** Says what was done, in a few words. */
export function useDescribe(): (item: Activity) => string {
  const { activity: words } = useAdminWords()
  const { customer, changes: changeWords } = useWords()
  const format = useFormat()

  function member({ changes }: Activity): string {
    const [change] = changes
    if (!change) return words.memberAdded
    if (change.field === 'displayName') return words.renamed
    return change.to === true ? words.vipAdded : words.vipRemoved
  }

  function adjustment({ changes }: Activity): string {
    const word = wordOf(words.adjustment, valueIn(changes, 'status'))
    const points = valueIn(changes, 'points')
    return word && typeof points === 'number' ? word(format.signed(points)) : words.groups.adjustment_updated
  }

  function payment({ changes }: Activity): string {
    const status = valueIn(changes, 'status')
    if (status === 'succeeded' && valueIn(changes, 'refundedMinor') !== null) return words.paymentPartlyRefunded
    const by = wordOf(changeWords.paidBy, valueIn(changes, 'provider')) ?? ''
    return wordOf(words.payment, status)?.(by) ?? words.groups.payment_recorded
  }

  function booking({ changes }: Activity): string {
    const said = changes.filter(({ from }) => from !== null).map((change) => bookingChange(change))
    // Of what a new one is, no field says what it was.
    if (said.length === 0) return valueIn(changes, 'startsAt') === null ? words.booking.changed : words.booking.made
    return said.join(', ')
  }

  function bookingChange({ field, to }: FieldChange): string {
    switch (field) {
      case 'status':
        return wordOf(words.booking.statuses, to) ?? words.booking.changed
      case 'paymentStatus':
        return wordOf(words.booking.payments, to) ?? words.booking.changed
      case 'startsAt':
        return words.booking.moved
      case 'amountMinor':
        return words.booking.repriced
      default:
        return words.booking.changed
    }
  }

  return (item) => {
    switch (item.type) {
      case 'loyalty_updated':
        return item.transactionType === null ? words.groups.loyalty_updated : customer.types[item.transactionType]
      case 'member_updated':
        return member(item)
      case 'enrolment_updated':
        return words.enrolment(item.program?.name ?? '')
      case 'program_updated':
        return words.program(item.program?.name ?? '')
      case 'qr_scanned':
        return words.scanned
      case 'adjustment_updated':
        return adjustment(item)
      case 'payment_recorded':
        return payment(item)
      case 'booking_updated':
        return booking(item)
      default:
        return item.type
    }
  }
}

/** What a field is now; null when the line does not speak of it. */
export function valueIn(changes: Activity['changes'], field: string): FieldChange['to'] | null {
  return changes.find((change) => change.field === field)?.to ?? null
}

/** The word for a value, unless a newer build than this one has made it. */
export function wordOf<Word>(words: Readonly<Record<string, Word>>, value: FieldChange['from']): Word | undefined {
  return typeof value === 'string' ? words[value] : undefined
}
