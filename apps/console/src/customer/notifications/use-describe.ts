import { useMemo } from 'react'
import type { Notification } from '../shapes.ts'
import { useLanguage } from '../words/language.tsx'

export type Describe = {
  /** What a notification says, in one sentence. */
  titleOf(notification: Notification): string
  /** What else there is to it, each a line. */
  detailsOf(notification: Notification): readonly string[]
  /** Where it belongs: the programme and the order, as far as the title does not say. */
  whereOf(notification: Notification): readonly string[]
}

/** Puts notifications into words: the API says of which kind they are, screens word them in their own language. */
export function useDescribe(): Describe {
  const { words, format } = useLanguage()
  return useMemo(() => {
    const { news, ledger } = words
    return {
      titleOf({ kind, tenantName, programName, points }) {
        const amount = Math.abs(points ?? 0)
        const shown = format.number(amount)
        switch (kind) {
          case 'scanned':
            return news.scanned(tenantName)
          case 'enrolment_request':
            return news.askedToJoin(tenantName, programName ?? '')
          case 'enrolled':
            return news.joined(tenantName, programName ?? '')
          case 'points_added':
            return news.earned(shown, amount, tenantName)
          case 'points_deducted':
            return news.spent(shown, amount, tenantName)
          case 'adjustment_request':
            return (points ?? 0) > 0 ? news.asksToAdd(tenantName, shown) : news.asksToDeduct(tenantName, shown)
          default:
            return kind satisfies never
        }
      },
      detailsOf: ({ kind, points, reason, status, expiresAt }) => [
        ...(kind === 'enrolled' && points ? [news.welcome(format.number(points))] : []),
        ...(reason === null ? [] : [news.reason(reason)]),
        ...(status === 'pending' && expiresAt !== null ? [news.until(format.dateTime(expiresAt))] : []),
      ],
      whereOf({ kind, programName, orderId }) {
        const isNamed = kind === 'enrolment_request' || kind === 'enrolled'
        return [
          ...(programName !== null && !isNamed ? [programName] : []),
          ...(orderId === null ? [] : [ledger.order(orderId)]),
        ]
      },
    }
  }, [words, format])
}
