import { useCell } from '../live/cell.ts'
import { useCustomer } from '../live/live-customer.tsx'
import { Icon } from '../parts/icon.tsx'
import { Go, paths, type Place } from '../paths.tsx'
import { useFormat, useWords } from '../words/language.tsx'
import classes from './frame.module.css'

const TABS = [
  { at: 'cards', to: paths.cards, icon: 'cards' },
  { at: 'qr', to: paths.qr, icon: 'qr' },
  { at: 'notifications', to: paths.notifications, icon: 'bell' },
] as const

/** Below the thumb on a phone, in the header where there is room. */
export function TabBar({ at }: { at: Place['at'] }) {
  const words = useWords()
  const format = useFormat()
  const unread = useUnread()
  return (
    <nav className={classes['tabs']} aria-label={words.app.pages}>
      {TABS.map((tab) => (
        <Go key={tab.at} to={tab.to} className={classes['tab']} aria-current={tab.at === at ? 'page' : undefined}>
          <span className={classes['tabIcon']}>
            <Icon name={tab.icon} />
            {tab.at === 'notifications' && unread > 0 && (
              <span className={`${classes['unread']} figure`} data-testid="unread" aria-hidden="true">
                {unread > 99 ? '99+' : format.number(unread)}
              </span>
            )}
          </span>
          {words.nav[tab.at]}
          {tab.at === 'notifications' && unread > 0 && (
            <span className="visually-hidden">, {words.nav.unread(unread, format.number(unread))}</span>
          )}
        </Go>
      ))}
    </nav>
  )
}

/** How many notifications nobody has read. */
export function useUnread(): number {
  const { store } = useCustomer()
  return useCell(store.notifications.state).page?.unread ?? 0
}
