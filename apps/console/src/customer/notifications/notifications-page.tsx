import { useState } from 'react'
import { PageTitle } from '../frame/page-title.tsx'
import { useCell } from '../live/cell.ts'
import { useCustomer } from '../live/live-customer.tsx'
import { Button, IconButton } from '../parts/button.tsx'
import { LoadMore } from '../parts/load-more.tsx'
import { Empty, Waiting } from '../parts/states.tsx'
import { useWords } from '../words/language.tsx'
import { NotificationRow } from './notification-row.tsx'
import classes from './notifications.module.css'

/** Everything that the customer was told and asked, newest first. */
export function NotificationsPage() {
  const words = useWords().news
  const { store } = useCustomer()
  const { page, more } = useCell(store.notifications.state)
  const { busy, markRead } = useMarkRead()

  return (
    <>
      <div className={classes['heading']}>
        <PageTitle>{words.title}</PageTitle>
        {page !== null && page.unread > 0 && (
          <Button kind="quiet" size="small" busy={busy} onClick={() => void markRead(null)}>
            {words.markAllRead}
          </Button>
        )}
      </div>
      {page === null ? (
        <Waiting rows={4} heightPx={84} />
      ) : page.items.length === 0 ? (
        <Empty title={words.emptyTitle} icon="bell">
          <p>{words.emptyText}</p>
        </Empty>
      ) : (
        <>
          <ul className={classes['list']}>
            {page.items.map((notification) => (
              <NotificationRow key={notification.id} notification={notification}>
                {notification.readAt === null && (
                  <IconButton label={words.markRead} onClick={() => void markRead(notification.id)}>
                    <span className={classes['dot']} />
                  </IconButton>
                )}
              </NotificationRow>
            ))}
          </ul>
          {page.nextCursor !== null && <LoadMore state={more} onMore={() => void store.notifications.readMore()} />}
        </>
      )}
    </>
  )
}

/** Marks one as read, or all; what is shown then is what the server says. */
function useMarkRead() {
  const { session, refresh } = useCustomer()
  const [busy, setBusy] = useState(false)

  async function markRead(id: string | null): Promise<void> {
    if (busy) return
    setBusy(true)
    const path = id === null ? '/api/me/notifications/read' : `/api/me/notifications/${id}/read`
    // Without an answer it stays unread, and so it is shown.
    await session.ask(path, { method: 'POST' }).catch(() => undefined)
    await refresh().catch(() => undefined)
    setBusy(false)
  }

  return { busy, markRead }
}
