import type { PhoneLookup } from '@loyalty-live/client/query'
import type { UseQueryResult } from '@tanstack/react-query'
import { IconUserQuestion } from '@tabler/icons-react'
import { NoAnswer, Refusal } from '../../api/http.ts'
import type { ScanAnswer } from '../../api/shapes.ts'
import { EnrolStranger } from '../../engagement/enrol-stranger.tsx'
import { useEngagementWords } from '../../language/engagement-words.ts'
import { useFormat, useWords } from '../../language/language.tsx'
import { EmptyState, ErrorState, LoadingRows } from '../../parts/states.tsx'
import { Serve } from './serve.tsx'

/** Whoever was looked up, to be served; nobody yet, or nobody of that number, to be enrolled. */
export function FoundCustomer({
  phone,
  found,
  scan,
  onNext,
  onBusy,
}: {
  phone: string | null
  found: UseQueryResult<PhoneLookup>
  /** What the customer's code has just done, where it was how they were found. */
  scan: ScanAnswer | null
  onNext: () => void
  onBusy: (busy: boolean) => void
}) {
  const words = useWords().till
  const scanWords = useEngagementWords().scan
  const format = useFormat()
  if (phone === null) {
    return (
      <EmptyState icon={<IconUserQuestion size={28} />} title={words.waitingTitle}>
        {words.waitingText}
      </EmptyState>
    )
  }
  if (found.data) {
    const { id } = found.data.customer
    const points = scan?.pointsAwarded
    const notice = points ? scanWords.scannedNotice(format.signed(points)) : scanWords.scannedOnly
    return (
      <Serve
        key={id}
        found={found.data}
        notice={scan?.customerId === id && scan.card ? notice : undefined}
        onNext={onNext}
        onBusy={onBusy}
      />
    )
  }
  if (!found.isError) return <LoadingRows rows={4} heightPx={72} />
  return <NotFound phone={phone} error={found.error} onRetry={() => void found.refetch()} />
}

function NotFound({ phone, error, onRetry }: { phone: string; error: Error; onRetry: () => void }) {
  const words = useWords().till
  if (error instanceof NoAnswer || !(error instanceof Refusal)) return <ErrorState error={error} onRetry={onRetry} />
  // Once they are asked, they are somebody here: found, and waiting to be served.
  if (error.code === 'customer-not-found') return <EnrolStranger phone={phone} onAsked={onRetry} />
  return (
    <EmptyState icon={<IconUserQuestion size={28} />} title={words.notPossible}>
      {words.notFoundText}
    </EmptyState>
  )
}
