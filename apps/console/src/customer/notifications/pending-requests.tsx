import { useCell } from '../live/cell.ts'
import { useCustomer } from '../live/live-customer.tsx'
import classes from './notifications.module.css'
import { NotificationRow } from './notification-row.tsx'

/** What waits for an answer, above everything else, wherever the customer is when it is asked. */
export function PendingRequests() {
  const { store } = useCustomer()
  const asked = useCell(store.notifications.state).page?.items.filter(({ status }) => status === 'pending') ?? []
  if (asked.length === 0) return null
  return (
    <ul className={classes['asked']} data-testid="pending-requests">
      {asked.map((request) => (
        <NotificationRow key={request.id} notification={request} />
      ))}
    </ul>
  )
}
