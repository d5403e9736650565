import { Button, Loader } from '@mantine/core'
import { IconAlertCircle, IconCircleCheck, IconQrcode } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { Refusal } from '../api/http.ts'
import type { ScanAnswer } from '../api/shapes.ts'
import { useEngagementWords } from '../language/engagement-words.ts'
import { useFormat } from '../language/language.tsx'
import { EmptyState } from '../parts/states.tsx'
import { SendingNotice } from '../points/sending-notice.tsx'
import { AwaitedEnrolment } from './awaited-enrolment.tsx'
import { BigNews } from './big-news.tsx'
import type { Scanning } from './use-scan.ts'

/** What came of a code, large enough for a cashier with a queue. Enter goes on. */
export function ScanOutcome({
  scanning: { sending, sender },
  onNext,
  onServe,
}: {
  scanning: Scanning
  onNext: () => void
  /** Where a customer who has a card can be served; absent where that is not done. */
  onServe?: (phone: string) => void
}) {
  const words = useEngagementWords().scan
  switch (sending.state) {
    case 'idle':
      return (
        <EmptyState icon={<IconQrcode size={28} />} title={words.waitingTitle}>
          {words.waitingText}
        </EmptyState>
      )
    case 'sending':
      return <BigNews sign={<Loader size={48} aria-hidden="true" />} title={words.reading} testId="scan-reading" />
    case 'unknown':
      return <SendingNotice sending={sending} sender={sender} />
    case 'refused':
      return <Refused error={sending.error} onNext={onNext} />
    case 'done':
      return <Done scan={sending.change} onNext={onNext} {...(onServe ? { onServe } : {})} />
  }
}

function Refused({ error, onNext }: { error: unknown; onNext: () => void }) {
  const words = useEngagementWords().scan
  const worded = error instanceof Refusal ? words.refused[error.code] : undefined
  return (
    <BigNews
      sign={<IconAlertCircle size={56} stroke={1.5} aria-hidden="true" />}
      tone="bad"
      title={worded?.title ?? words.refusedTitle}
      text={worded?.text ?? (error instanceof Error ? error.message : String(error))}
      testId="scan-refused"
    >
      <NextButton onNext={onNext} />
    </BigNews>
  )
}

function Done({ scan, onNext, onServe }: { scan: ScanAnswer; onNext: () => void; onServe?: (phone: string) => void }) {
  const words = useEngagementWords().scan
  const format = useFormat()
  const { card, customerName, customerPhone, pointsAwarded, programName, outcome, enrolmentId } = scan
  const serve = onServe && (
    <Button size="lg" onClick={() => onServe(customerPhone)}>
      {words.serve}
    </Button>
  )
  if (card === null) {
    return (
      <AwaitedEnrolment
        enrolment={{ id: enrolmentId, customerId: scan.customerId, customerName, programName }}
        wasAskedBefore={outcome === 'enrolment_pending'}
        whenAccepted={serve}
      >
        <NextButton onNext={onNext} />
      </AwaitedEnrolment>
    )
  }
  return (
    <BigNews
      sign={<IconCircleCheck size={56} stroke={1.5} aria-hidden="true" />}
      tone="good"
      title={customerName}
      text={pointsAwarded === null ? words.identified : words.gave(format.signed(pointsAwarded))}
      figure={{ value: format.number(card.balance), label: `${words.balance} · ${programName}` }}
      testId="scan-done"
    >
      {serve}
      <NextButton onNext={onNext} />
    </BigNews>
  )
}

function NextButton({ onNext }: { onNext: () => void }): ReactNode {
  const words = useEngagementWords().scan
  return (
    <Button size="lg" variant="default" onClick={onNext} autoFocus>
      {words.next}
    </Button>
  )
}
