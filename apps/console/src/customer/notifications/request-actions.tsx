import { useState } from 'react'
import { Refusal } from '../../api/http.ts'
import { useCustomer } from '../live/live-customer.tsx'
import { useNotices } from '../live/notices.tsx'
import { Button } from '../parts/button.tsx'
import { Icon } from '../parts/icon.tsx'
import type { Notification, RequestStatus } from '../shapes.ts'
import { useLanguage, useWords } from '../words/language.tsx'
import classes from './notifications.module.css'
import { useDescribe } from './use-describe.ts'

type Answer = 'accept' | 'decline'

/** Why an answer did not count; `isOver`: the question is no longer there, and where it stood the list says what became of it. */
type Problem = { readonly text: string; readonly isOver: boolean }

/**
 * Accept and Decline of what a notification asks. An answer twice is the same answer, so whoever hears nothing may press again. What
 * was decided meanwhile, on another device or by the business, is said.
 */
export function RequestActions({ request }: { request: Notification }) {
  const words = useWords().news
  const explain = useExplain()
  const { titleOf } = useDescribe()
  const { session, refresh } = useCustomer()
  const notices = useNotices()
  const [answering, setAnswering] = useState<Answer | null>(null)
  const [problem, setProblem] = useState<string | null>(null)

  async function answer(word: Answer): Promise<void> {
    if (answering !== null) return
    setAnswering(word)
    setProblem(null)
    try {
      await session.ask(`/api/me/notifications/${request.id}/${word}`, { method: 'POST' })
    } catch (error) {
      const { text, isOver } = explain(error)
      if (isOver) notices.show({ text, tone: 'bad' })
      else setProblem(text)
    }
    // Decided or refused: the list tells how it stands. When it cannot be read now, the next poll will.
    await refresh().catch(() => undefined)
    setAnswering(null)
  }

  if (request.status !== 'pending') return null
  const what = titleOf(request)
  const busy = answering !== null
  return (
    <div className={classes['answer']}>
      <div className={classes['actions']}>
        <Button
          kind="primary"
          size="small"
          busy={busy}
          aria-label={words.acceptOf(what)}
          onClick={() => void answer('accept')}
        >
          <Icon name="check" size={20} />
          {words.accept}
        </Button>
        <Button size="small" busy={busy} aria-label={words.declineOf(what)} onClick={() => void answer('decline')}>
          {words.decline}
        </Button>
      </div>
      {problem !== null && (
        <p className={classes['problem']} role="alert">
          {problem}
        </p>
      )}
    </div>
  )
}

function useExplain(): (error: unknown) => Problem {
  const { words, format } = useLanguage()
  const { problems, statuses } = words.news
  return (error) => {
    if (!(error instanceof Refusal)) return { text: problems.noAnswer, isOver: false }
    switch (error.code) {
      case 'already-decided': {
        const status = (error.problem['current'] as { status?: RequestStatus } | undefined)?.status ?? 'cancelled'
        return { text: status === 'cancelled' ? problems.gone : problems.decided(statuses[status]), isOver: true }
      }
      case 'adjustment-expired':
        return { text: problems.expired, isOver: true }
      case 'insufficient-points':
        return { text: problems.notEnough(format.number(Number(error.problem['available']))), isOver: false }
      default:
        return { text: problems.other, isOver: false }
    }
  }
}
