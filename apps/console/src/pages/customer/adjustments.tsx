import { Badge, Title } from '@mantine/core'
import type { Adjustment } from '@loyalty-live/client/query'
import { useQuery } from '@tanstack/react-query'
import { adjustmentsQuery } from '../../api/engagement-queries.ts'
import { useEngagementWords } from '../../language/engagement-words.ts'
import { useFormat, useWords } from '../../language/language.tsx'
import { nameOf } from '../../live/change-toasts.tsx'
import { ChangeMark } from '../../live/change-mark.tsx'
import { useSession, useUser } from '../../session/use-session.tsx'
import classes from './customer-dialog.module.css'

const COLORS: Record<Adjustment['status'], string> = {
  pending: 'yellow',
  approved: 'teal',
  declined: 'red',
  expired: 'gray',
}

/** The last corrections by hand, with those that wait for the customer; what comes of them shows as it happens. */
export function Adjustments({ customerId }: { customerId: string }) {
  const words = useEngagementWords().adjust
  const { ask } = useSession()
  const tenant = useUser()?.tenant ?? ''
  const { data } = useQuery(adjustmentsQuery(ask, tenant, customerId))
  if (!data || data.items.length === 0) return null
  return (
    <section aria-label={words.list}>
      <Title order={3} size="sm" mb="xs">
        {words.list}
      </Title>
      <ol className={`${classes['entries']} ${classes['adjustments']}`} data-testid="adjustments">
        {data.items.map((adjustment) => (
          <Line key={adjustment.id} adjustment={adjustment} />
        ))}
      </ol>
    </section>
  )
}

function Line({ adjustment }: { adjustment: Adjustment }) {
  const { id, points, reason, status, programName, actor, createdAt, expiresAt } = adjustment
  const words = useEngagementWords().adjust
  const { changes: changeWords, customer } = useWords()
  const format = useFormat()
  const isOpen = status === 'pending' && expiresAt !== null
  return (
    <li className={classes['entry']} data-adjustment={id} data-status={status}>
      <ChangeMark of={id} />
      <span className={`${classes['change']} figure`} data-gain={points >= 0}>
        {format.signed(points)}
      </span>
      <span className={classes['what']}>
        <span>{reason}</span>
        <br />
        <span className={`${classes['quiet']} figure`}>
          {programName} · {customer.by(nameOf(actor, changeWords))} ·{' '}
          {isOpen ? words.until(format.dateTime(expiresAt)) : format.dateTime(createdAt)}
        </span>
      </span>
      <Badge variant="light" color={COLORS[status]} c="var(--text)" tt="none" fw={550}>
        {words.statuses[status]}
      </Badge>
    </li>
  )
}
