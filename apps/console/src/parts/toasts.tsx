import { CloseButton, Paper } from '@mantine/core'
import { createContext, use, useState, useSyncExternalStore, type ReactNode } from 'react'
import { useFormat, useWords } from '../language/language.tsx'
import { createToastQueue, type ToastQueue } from './toast-queue.ts'
import classes from './toasts.module.css'

const ToastContext = createContext<ToastQueue | null>(null)

export function useToasts(): Pick<ToastQueue, 'show'> {
  const queue = use(ToastContext)
  if (!queue) throw new Error('useToasts needs a ToastProvider around it')
  return queue
}

/** Shows toasts in a corner; screen readers are told politely, and the focus stays where it is. */
export function ToastProvider({ children }: { children: ReactNode }) {
  const [queue] = useState(createToastQueue)
  const toasts = useSyncExternalStore(queue.subscribe, () => queue.toasts)
  const words = useWords().changes
  const format = useFormat()
  return (
    <ToastContext value={queue}>
      {children}
      <div className={classes['corner']} role="log" aria-live="polite" data-testid="toasts">
        {toasts.map(({ number, text, tone, more }) => (
          <Paper key={number} className={classes['toast']} data-tone={tone} shadow="md">
            <span className="figure">{more > 0 ? words.many(format.number(more)) : text}</span>
            <CloseButton size="sm" aria-label={words.dismiss} onClick={() => queue.dismiss(number)} />
          </Paper>
        ))}
      </div>
    </ToastContext>
  )
}
