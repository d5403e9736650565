import { createContext, use, useEffect, useState, useSyncExternalStore, type ReactNode } from 'react'
import { createToastQueue, type ToastQueue } from '../../parts/toast-queue.ts'
import { useDescribe } from '../notifications/use-describe.ts'
import { IconButton } from '../parts/button.tsx'
import { Icon } from '../parts/icon.tsx'
import { useFormat, useWords } from '../words/language.tsx'
import { useCustomer } from './live-customer.tsx'
import classes from './live.module.css'

const ICONS = { news: 'bell', good: 'check', bad: 'cloudOff' } as const

const NoticesContext = createContext<Pick<ToastQueue, 'show'> | null>(null)

export function useNotices(): Pick<ToastQueue, 'show'> {
  const notices = use(NoticesContext)
  if (!notices) throw new Error('useNotices needs a NoticesProvider around it')
  return notices
}

/** Tells for a moment what has just happened, whichever way it became known; politely to screen readers. The focus stays where it is. */
export function NoticesProvider({ children }: { children: ReactNode }) {
  const [queue] = useState(createToastQueue)
  const notices = useSyncExternalStore(queue.subscribe, () => queue.toasts)
  const { store } = useCustomer()
  const { titleOf } = useDescribe()
  const { app, live } = useWords()
  const format = useFormat()

  useEffect(
    () => store.onArrival((notification) => queue.show({ text: titleOf(notification), tone: 'news' })),
    [store, queue, titleOf],
  )

  return (
    <NoticesContext value={queue}>
      {children}
      <div className={classes['notices']} role="log" aria-live="polite" data-testid="notices">
        {notices.map(({ number, text, tone, more }) => (
          <div key={number} className={classes['notice']} data-tone={tone}>
            <Icon name={ICONS[tone]} size={22} />
            <span className="figure">{more > 0 ? live.many(format.number(more)) : text}</span>
            <IconButton label={app.dismiss} onClick={() => queue.dismiss(number)}>
              <Icon name="close" size={18} />
            </IconButton>
          </div>
        ))}
      </div>
    </NoticesContext>
  )
}
