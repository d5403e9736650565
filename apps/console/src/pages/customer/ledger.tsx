import { Button, Skeleton, Stack, Text, TextInput, Title } from '@mantine/core'
import { useIntersection } from '@mantine/hooks'
import type { Transaction } from '@loyalty-live/client/query'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { transactionsQuery } from '../../api/queries.ts'
import { useFormat, useWords } from '../../language/language.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { nameOf } from '../../live/change-toasts.tsx'
import { ErrorState } from '../../parts/states.tsx'
import { SendingNotice } from '../../points/sending-notice.tsx'
import { usePointsSender } from '../../points/use-points-sender.ts'
import { useSession, useUser } from '../../session/use-session.tsx'
import classes from './customer-dialog.module.css'

const NOT_REVERSIBLE: readonly Transaction['type'][] = ['reverse', 'enrol']

/** The customer's entries, newest first, further ones as one scrolls. */
export function Ledger({ customerId }: { customerId: string }) {
  const words = useWords()
  const { ask } = useSession()
  const tenant = useUser()?.tenant ?? ''
  const query = useInfiniteQuery(transactionsQuery(ask, tenant, customerId))
  const scroller = useRef<HTMLDivElement>(null)
  const { ref: sentinel, entry: seen } = useIntersection({ root: scroller.current, rootMargin: '200px' })
  const [reversing, setReversing] = useState<Transaction | null>(null)
  const { hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage } = query
  const entries = query.data?.pages.flatMap(({ items }) => items) ?? []

  useEffect(() => {
    if (seen?.isIntersecting && hasNextPage && !isFetchingNextPage && !isFetchNextPageError) void fetchNextPage()
  }, [seen, hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage])

  return (
    <section aria-label={words.customer.ledger}>
      <Title order={3} size="sm" mb="xs">
        {words.customer.ledger}
      </Title>
      {query.isPending ? (
        <Skeleton height={180} radius="lg" />
      ) : query.isError && entries.length === 0 ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : entries.length === 0 ? (
        <Text c="dimmed">{words.customer.noEntries}</Text>
      ) : (
        <div ref={scroller} className={classes['ledger']} tabIndex={0} role="region" aria-label={words.customer.ledger}>
          <ol className={classes['entries']}>
            {entries.map((entry) => (
              <Entry key={entry.id} entry={entry} onReverse={() => setReversing(entry)} />
            ))}
          </ol>
          <div ref={sentinel} className={classes['sentinel']} />
        </div>
      )}
      {reversing && <ReverseDialog entry={reversing} onClose={() => setReversing(null)} />}
    </section>
  )
}

function Entry({ entry, onReverse }: { entry: Transaction; onReverse: () => void }) {
  const { customer: words, changes } = useWords()
  const format = useFormat()
  const { type, points, balanceAfter, reason, orderId, actor, createdAt, reversedBy } = entry
  return (
    <li className={classes['entry']} data-transaction={entry.id} data-undone={reversedBy ? '' : undefined}>
      <span className={`${classes['change']} figure`} data-gain={points >= 0}>
        {format.signed(points)}
      </span>
      <span className={classes['what']}>
        <span>
          {words.types[type]} {words.by(nameOf(actor, changes))}
          {orderId !== null && `, ${words.order(orderId)}`}
          {reason !== null && ` – ${reason}`}
        </span>
        <br />
        <span className={`${classes['quiet']} figure`}>
          <time dateTime={createdAt}>{format.dateTime(createdAt)}</time> ·{' '}
          {words.balanceAfter(format.number(balanceAfter))}
        </span>
      </span>
      {reversedBy !== null ? (
        <span className={classes['quiet']}>{words.reversed}</span>
      ) : NOT_REVERSIBLE.includes(type) ? (
        <span />
      ) : (
        <Button size="compact-sm" variant="subtle" onClick={onReverse}>
          {words.reverse}
        </Button>
      )}
    </li>
  )
}

function ReverseDialog({ entry, onClose }: { entry: Transaction; onClose: () => void }) {
  const words = useWords().customer
  const format = useFormat()
  const [reason, setReason] = useState('')
  const { sender, sending } = usePointsSender(onClose)
  return (
    <Dialog onClose={onClose} title={words.reverseTitle}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          sender.send({ path: `/api/loyalty/transactions/${entry.id}/reverse`, body: { reason: reason.trim() } })
        }}
      >
        <Stack>
          <Text>{words.reverseText(format.signed(-entry.points))}</Text>
          <TextInput
            label={words.reverseReason}
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
            maxLength={500}
            required
            data-autofocus
          />
          <SendingNotice sending={sending} sender={sender} />
          <Button type="submit" disabled={reason.trim() === ''} loading={sending.state === 'sending'}>
            {words.reverse}
          </Button>
        </Stack>
      </form>
    </Dialog>
  )
}
