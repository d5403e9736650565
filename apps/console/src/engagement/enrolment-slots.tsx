import { Button, Text } from '@mantine/core'
import type { Enrolment, EnrolmentStatus } from '@loyalty-live/client/query'
import { useQuery } from '@tanstack/react-query'
import { enrolmentStatusQuery } from '../api/engagement-queries.ts'
import { useEngagementWords } from '../language/engagement-words.ts'
import { useFormat } from '../language/language.tsx'
import { useNow } from '../live/use-now.ts'
import { useSession, useUser } from '../session/use-session.tsx'
import classes from './enrolment-slots.module.css'
import { useAskToEnrol, useCancelEnrolment } from './use-enrolments.ts'

type Slot = EnrolmentStatus['items'][number]

/** The programmes in which a customer has no card: what they were asked and said, and the way to ask them. */
export function EnrolmentSlots({ customerId }: { customerId: string }) {
  const words = useEngagementWords().enrolments
  const { ask } = useSession()
  const tenant = useUser()?.tenant ?? ''
  const { data } = useQuery(enrolmentStatusQuery(ask, tenant, customerId))
  const slots = data?.items.filter(isOpen) ?? []
  if (slots.length === 0) return null
  return (
    <ul className={classes['slots']} aria-label={words.inPrograms} data-testid="enrolment-slots">
      {slots.map((slot) => (
        <OneSlot key={slot.programId} slot={slot} customerId={customerId} />
      ))}
    </ul>
  )
}

function OneSlot({ slot: { programId, programName, enrolment }, customerId }: { slot: Slot; customerId: string }) {
  const words = useEngagementWords().enrolments
  const role = useUser()?.role
  const request = useAskToEnrol()
  const cancel = useCancelEnrolment()
  const isPending = enrolment?.status === 'pending'
  const mayCancel = role === 'owner' || role === 'admin'
  return (
    <li className={classes['slot']} data-program={programId}>
      <span className={classes['what']}>
        <strong>{programName}</strong>
        <Text span c="dimmed" size="xs">
          <Standing enrolment={enrolment} />
        </Text>
      </span>
      {isPending ? (
        mayCancel && (
          <Button
            size="compact-sm"
            variant="subtle"
            loading={cancel.isPending}
            onClick={() => cancel.mutate(enrolment)}
          >
            {words.cancel}
          </Button>
        )
      ) : (
        <Button
          size="compact-sm"
          variant="default"
          loading={request.isPending}
          aria-label={enrolment ? words.askAgainName(enrolment.customerName, programName) : words.askName(programName)}
          onClick={() => request.mutate({ customerId, programId })}
        >
          {enrolment ? words.askAgain : words.ask}
        </Button>
      )}
    </li>
  )
}

function Standing({ enrolment }: { enrolment: Enrolment | null }) {
  const words = useEngagementWords().enrolments
  const format = useFormat()
  const now = useNow(30_000)
  if (!enrolment) return words.never
  const ago = format.ago(Date.parse(enrolment.decidedAt ?? enrolment.requestedAt), now)
  if (enrolment.status === 'pending') return words.waiting(ago)
  return enrolment.status === 'declined' ? words.declinedOn(ago) : words.cancelledOn(ago)
}

/** Whoever is enrolled has a card to show; a programme that is switched off asks nobody, but may be waiting for an answer. */
function isOpen({ active, enrolment }: Slot): boolean {
  return enrolment?.status !== 'active' && (active || enrolment?.status === 'pending')
}
