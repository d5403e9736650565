import type { Actor } from '@loyalty-live/events'
import { useLoyaltyEvents } from '@loyalty-live/client/react'
import type { Dictionary } from '../language/en.ts'
import { useFormat, useWords } from '../language/language.tsx'
import { useToasts } from '../parts/toasts.tsx'

/** Tells what happens elsewhere: "John Doe −75 by Till 2". */
export function ChangeToasts() {
  const words = useWords().changes
  const format = useFormat()
  const toasts = useToasts()

  useLoyaltyEvents('loyalty_updated', ({ actor, data }) => {
    // The enrolment or the payment that it belongs to is told below.
    if (data.transactionType === 'enrol' || data.transactionType === 'payment') return
    const text = words.points(data.customerName, format.signed(data.pointsChange), nameOf(actor, words))
    toasts.show({ text, tone: 'news' })
  })
  useLoyaltyEvents('member_updated', ({ data: { customerName, changes } }) => {
    if (changes.vip) {
      toasts.show({
        text: changes.vip.to ? words.vipAdded(customerName) : words.vipRemoved(customerName),
        tone: 'news',
      })
    }
    if (changes.displayName) {
      toasts.show({ text: words.renamed(changes.displayName.from, changes.displayName.to), tone: 'news' })
    }
  })
  useLoyaltyEvents('enrolment_updated', ({ data: { status, customerName, programName } }) => {
    toasts.show({ text: words.enrolment[status](customerName, programName), tone: 'news' })
  })
  useLoyaltyEvents('payment_recorded', ({ data }) => {
    const { status, provider, customerName, amountMinor, currency, pointsAwarded, refundedMinor = 0 } = data
    const amount = format.moneyBrief(amountMinor, currency)
    if (status === 'failed') {
      toasts.show({ text: words.payment.failed(customerName, amount), tone: 'news' })
    } else if (refundedMinor > 0) {
      toasts.show({
        text: words.payment.refunded(customerName, format.moneyBrief(refundedMinor, currency)),
        tone: 'news',
      })
    } else if (status === 'succeeded') {
      const points = pointsAwarded === null || pointsAwarded === 0 ? null : format.number(pointsAwarded)
      toasts.show({ text: words.paid(customerName, amount, words.paidBy[provider], points), tone: 'news' })
    }
  })
  useLoyaltyEvents('adjustment_updated', ({ data: { status, customerName, points } }) => {
    if (status !== 'declined') return
    toasts.show({ text: words.adjustmentDeclined(customerName, format.signed(points)), tone: 'news' })
  })
  return null
}

/** Who did it, in words. */
export function nameOf(actor: Pick<Actor, 'name'> & { readonly type: string }, words: Dictionary['changes']): string {
  if (actor.name !== null) return actor.name
  if (actor.type === 'sql') return words.sql
  return actor.type === 'system' ? words.system : words.somebody
}
