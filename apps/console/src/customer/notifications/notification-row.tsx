import type { ReactNode } from 'react'
import { useNow } from '../../live/use-now.ts'
import { Icon, type IconName } from '../parts/icon.tsx'
import type { Notification } from '../shapes.ts'
import { useFormat, useWords } from '../words/language.tsx'
import classes from './notifications.module.css'
import { RequestActions } from './request-actions.tsx'
import { useDescribe } from './use-describe.ts'

const ICONS: Record<Notification['kind'], IconName> = {
  scanned: 'qr',
  enrolment_request: 'question',
  enrolled: 'cards',
  points_added: 'plus',
  points_deducted: 'minus',
  adjustment_request: 'question',
}

/** How long ago moves on by itself. */
const LOOK_AGAIN_MS = 30_000
/** Seconds are not counted in a list. */
const JUST_NOW_MS = 60_000

/** What a customer was told or asked, and what became of it. `children` is what else can be done with it. */
export function NotificationRow({ notification, children }: { notification: Notification; children?: ReactNode }) {
  const words = useWords().news
  const format = useFormat()
  const { titleOf, detailsOf, whereOf } = useDescribe()
  const now = useNow(LOOK_AGAIN_MS)
  const { id, kind, status, createdAt, readAt } = notification
  const createdAtMs = Date.parse(createdAt)
  const isJustNow = now - createdAtMs < JUST_NOW_MS

  return (
    <li
      className={classes['row']}
      data-notification={id}
      data-kind={kind}
      data-status={status ?? undefined}
      data-unread={readAt === null || undefined}
    >
      <span className={classes['sign']} aria-hidden="true">
        <Icon name={ICONS[kind]} size={22} />
      </span>
      <div className={classes['text']}>
        <p className={classes['title']}>
          {readAt === null && <span className="visually-hidden">{words.unread}: </span>}
          {titleOf(notification)}
        </p>
        {detailsOf(notification).map((detail) => (
          <p key={detail} className={classes['detail']}>
            {detail}
          </p>
        ))}
        <p className={classes['detail']}>
          <time dateTime={createdAt}>{isJustNow ? format.ago(now, now) : format.ago(createdAtMs, now)}</time>
          {whereOf(notification).map((where) => ` · ${where}`)}
        </p>
        {status !== null && (
          <p className={classes['status']} data-testid="status">
            {words.statuses[status]}
          </p>
        )}
      </div>
      {children}
      {status !== null && <RequestActions request={notification} />}
    </li>
  )
}
