import { CloseButton, Paper } from '@mantine/core'
import { createContext, use, useState, useSyncExternalStore, type ReactNode } from 'react'
import { useFormat, useWords } from '../language/language.tsx'
import { createTeller, type Said } from './teller.ts'
import { createToastQueue, type Toast } from './toast-queue.ts'
import classes from './toasts.module.css'

type Toasts = { show(toast: Pick<Toast, 'text' | 'tone'>): void }

const ToastContext = createContext<Toasts | null>(null)

export function useToasts(): Toasts {
  const toasts = use(ToastContext)
  if (!toasts) throw new Error('useToasts needs a ToastProvider around it')
  return toasts
}

/** Of what was said, so much is kept: it is said when it comes, and nobody reads it later. */
const SAID_MAX = 3

/** Shows toasts in a corner; screen readers are told politely and at their own pace, and the focus stays where it is. */
export function ToastProvider({ children }: { children: ReactNode }) {
  const [queue] = useState(createToastQueue)
  const toasts = useSyncExternalStore(queue.subscribe, () => queue.toasts)
  const [said, setSaid] = useState<readonly (Said & { number: number })[]>([])
  const [context] = useState<Toasts>(() => {
    const tell = createTeller((sentence) =>
      setSaid((before) => [...before, { ...sentence, number: (before.at(-1)?.number ?? 0) + 1 }].slice(-SAID_MAX)),
    )
    return {
      show(toast) {
        queue.show(toast)
        tell(toast)
      },
    }
  })
  const words = useWords().changes
  const format = useFormat()
  const word = ({ text, more }: Said) => (more > 0 ? words.many(more, format.number(more)) : text)

  return (
    <ToastContext value={context}>
      {children}
      <div className={classes['corner']} data-testid="toasts">
        {toasts.map((toast) => (
          <Paper
            key={toast.number}
            className={classes['toast']}
            data-tone={toast.tone}
            data-more={toast.more > 0 || undefined}
            shadow="md"
          >
            <span className="figure">{word(toast)}</span>
            <CloseButton size="sm" aria-label={words.dismiss} onClick={() => queue.dismiss(toast.number)} />
          </Paper>
        ))}
      </div>
      <div className="visually-hidden" role="log" aria-live="polite" data-testid="said">
        {said.map((sentence) => (
          <p key={sentence.number}>{word(sentence)}</p>
        ))}
      </div>
    </ToastContext>
  )
}
