import type { Enrolment } from '@loyalty-live/client/query'
import { useMutation } from '@tanstack/react-query'
import { NoAnswer, Refusal } from '../api/http.ts'
import { useEngagementWords } from '../language/engagement-words.ts'
import { useAfterWrite } from '../live/use-after-write.ts'
import { useToasts } from '../parts/toasts.tsx'
import { useSession } from '../session/use-session.tsx'

/** Who is asked to join what: a customer by id, or anybody by phone and name. Without a programme, the default one. */
export type EnrolmentRequest = ({ readonly customerId: string } | { readonly phone: string; readonly name: string }) & {
  readonly programId?: string
}

/** Asks a customer to enrol. Safe to repeat without a key: who was asked is not asked twice. */
export function useAskToEnrol(onAsked?: (enrolment: Enrolment) => void) {
  const words = useEngagementWords().enrolments
  const { ask } = useSession()
  const toasts = useToasts()
  const afterWrite = useAfterWrite()
  return useMutation({
    mutationFn: (body: EnrolmentRequest) =>
      ask<Enrolment>('/api/admin/enrolments', { method: 'POST', body }).catch(askedBefore),
    onSuccess: async (enrolment) => {
      toasts.show({ text: words.askedToast(enrolment.customerName, enrolment.programName), tone: 'good' })
      await afterWrite()
      onAsked?.(enrolment)
    },
    onError: (error) => toasts.show({ text: error instanceof NoAnswer ? words.notAsked : error.message, tone: 'bad' }),
  })
}

/** Takes back a request; when the customer has answered meanwhile, that counts. */
export function useCancelEnrolment() {
  const words = useEngagementWords().enrolments
  const { ask } = useSession()
  const toasts = useToasts()
  const afterWrite = useAfterWrite()
  return useMutation({
    mutationFn: ({ id }: Enrolment) => ask<Enrolment>(`/api/admin/enrolments/${id}/cancel`, { method: 'POST' }),
    onSuccess: async (enrolment) => {
      toasts.show({ text: words.cancelled(enrolment.customerName), tone: 'good' })
      await afterWrite()
    },
    onError: async (error, { customerName }) => {
      const isAnswered = error instanceof Refusal && error.code === 'already-decided'
      toasts.show({
        text: isAnswered
          ? words.answeredMeanwhile(customerName)
          : error instanceof NoAnswer
            ? words.notAsked
            : error.message,
        tone: isAnswered ? 'news' : 'bad',
      })
      await afterWrite()
    },
  })
}

/** The answer to the first request was lost, or somebody else was quicker: it is asked, which is what was wanted. */
function askedBefore(error: unknown): Enrolment {
  if (error instanceof Refusal && error.code === 'enrolment-pending') return error.problem['current'] as Enrolment
  throw error
}
