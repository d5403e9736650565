import type { Customer, Page } from '@loyalty-live/client/query'
import type { InfiniteData, UseInfiniteQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useFormat, useWords } from '../../language/language.tsx'
import { LoadMore } from '../../parts/load-more.tsx'
import { Panel } from '../../parts/panel.tsx'
import { EmptyState, ErrorState, LoadingRows } from '../../parts/states.tsx'
import { CustomerLine } from './customer-line.tsx'
import classes from './vip.module.css'

const LINE_HEIGHT_PX = 64

export type CustomerPanelProps<Row extends Customer> = {
  title: string
  testId: string
  query: UseInfiniteQueryResult<InfiniteData<Page<Row>>>
  icon: ReactNode
  emptyTitle: string
  emptyText: string
  /** What this list says of a customer, beyond the name. */
  detail: (row: Row) => string
  onOpen: (id: string) => void
}

/** A list of customers, each with the way into the VIP list or out of it. */
export function CustomerPanel<Row extends Customer>(props: CustomerPanelProps<Row>) {
  const { title, testId, query, icon, emptyTitle, emptyText, detail, onOpen } = props
  const words = useWords().vip
  const format = useFormat()
  const rows = query.data?.pages.flatMap(({ items }) => items) ?? []

  return (
    <Panel
      title={title}
      testId={testId}
      note={query.isSuccess && words.count(format.number(rows.length), query.hasNextPage)}
    >
      {query.isPending ? (
        <LoadingRows rows={6} heightPx={LINE_HEIGHT_PX} />
      ) : query.isError && rows.length === 0 ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : rows.length === 0 ? (
        <EmptyState icon={icon} title={emptyTitle}>
          {emptyText}
        </EmptyState>
      ) : (
        <ul className={classes['lines']} aria-label={title}>
          {rows.map((row) => (
            <CustomerLine key={row.id} customer={row} detail={detail(row)} onOpen={onOpen} />
          ))}
        </ul>
      )}
      {query.isSuccess && <LoadMore more={query} />}
    </Panel>
  )
}
