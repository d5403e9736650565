import type { Enrolment } from '@loyalty-live/client/query'
import { useQuery } from '@tanstack/react-query'
import { IconCircleCheck, IconCircleX, IconHourglassHigh } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { enrolmentStatusQuery } from '../api/engagement-queries.ts'
import { useEngagementWords } from '../language/engagement-words.ts'
import { useSession, useUser } from '../session/use-session.tsx'
import { BigNews } from './big-news.tsx'

/**
 * A request that a customer was sent, until they have answered. What it says is read, not remembered from events: it is right after an
 * outage as well.
 */
export function AwaitedEnrolment({
  enrolment: { id, customerId, customerName, programName },
  wasAskedBefore = false,
  whenAccepted,
  children,
}: {
  enrolment: Pick<Enrolment, 'customerId' | 'customerName' | 'programName'> & { readonly id: string | null }
  wasAskedBefore?: boolean
  /** What can be done with the customer then. */
  whenAccepted?: ReactNode
  children?: ReactNode
}) {
  const words = useEngagementWords().scan
  const { ask } = useSession()
  const tenant = useUser()?.tenant ?? ''
  const { data } = useQuery(enrolmentStatusQuery(ask, tenant, customerId))
  const status = data?.items.find(({ enrolment }) => enrolment?.id === id)?.enrolment?.status ?? 'pending'

  switch (status) {
    case 'pending':
      return (
        <BigNews
          sign={<IconHourglassHigh size={56} stroke={1.5} aria-hidden="true" />}
          tone="waiting"
          title={words.requested(programName)}
          text={wasAskedBefore ? words.alreadyAsked(customerName) : words.waitingFor(customerName)}
          testId="enrolment-awaited"
        >
          {children}
        </BigNews>
      )
    case 'active':
      return (
        <BigNews
          sign={<IconCircleCheck size={56} stroke={1.5} aria-hidden="true" />}
          tone="good"
          title={words.accepted(customerName)}
          text={words.acceptedText(programName)}
          testId="enrolment-accepted"
        >
          {whenAccepted}
          {children}
        </BigNews>
      )
    case 'declined':
    case 'cancelled':
      return (
        <BigNews
          sign={<IconCircleX size={56} stroke={1.5} aria-hidden="true" />}
          tone="bad"
          title={status === 'declined' ? words.declined(customerName) : words.cancelledTitle}
          text={words.declinedText}
          testId="enrolment-declined"
        >
          {children}
        </BigNews>
      )
  }
}
