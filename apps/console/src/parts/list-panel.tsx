import type { Page } from '@loyalty-live/client/query'
import type { InfiniteData, UseInfiniteQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import classes from './list-panel.module.css'
import { LoadMore } from './load-more.tsx'
import { Panel, type PanelProps } from './panel.tsx'
import { EmptyState, ErrorState, LoadingRows } from './states.tsx'

/** As high as its lines are at least: nothing jumps when they come. */
const LINE_HEIGHT_PX = 64
const LOADING_LINES = 6

export type ListPanelProps<Row> = Omit<PanelProps, 'note' | 'children'> & {
  query: UseInfiniteQueryResult<InfiniteData<Page<Row>>>
  /** What stands beside the title, once the rows are there. */
  note: (rows: readonly Row[]) => ReactNode
  empty: { readonly icon: ReactNode; readonly title: string; readonly text?: string }
  /** One line: an `li` with a key. */
  line: (row: Row) => ReactNode
}

/** A titled list that is read page by page, in every state that reading has. */
export function ListPanel<Row>({ query, note, empty, line, ...panel }: ListPanelProps<Row>) {
  const rows = query.data?.pages.flatMap(({ items }) => items) ?? []
  return (
    <Panel {...panel} note={query.isSuccess && note(rows)}>
      {query.isPending ? (
        <LoadingRows rows={LOADING_LINES} heightPx={LINE_HEIGHT_PX} />
      ) : query.isError && rows.length === 0 ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : rows.length === 0 ? (
        <EmptyState icon={empty.icon} title={empty.title}>
          {empty.text}
        </EmptyState>
      ) : (
        <ul className={classes['lines']} aria-label={panel.title}>
          {rows.map(line)}
        </ul>
      )}
      {query.isSuccess && <LoadMore more={query} />}
    </Panel>
  )
}
