import { Button } from '@mantine/core'
import type { Activity } from '@loyalty-live/events/activity'
import { useVirtualizer } from '@tanstack/react-virtual'
import { IconArrowUp } from '@tabler/icons-react'
import { useEffect, useMemo, useRef, useState } from 'react'
import { useAdminWords } from '../../language/admin-words.ts'
import { useFormat } from '../../language/language.tsx'
import { useNow } from '../../live/use-now.ts'
import { LoadMore, type MorePages } from '../../parts/load-more.tsx'
import classes from './activity.module.css'
import { ActivityRow, ROW_HEIGHT_PX } from './activity-row.tsx'

/** Long enough to be found with the eyes, short enough that a mark always means "just now". */
const MARK_MS = 6_000

export type ActivityListProps = {
  items: readonly Activity[]
  more: MorePages
  onOpenCustomer: (id: string) => void
}

/**
 * The log, of which only the rows in sight exist. At its top, what happens now slides in; whoever has scrolled down to read
 * is left in peace, and told how much there is on top.
 */
export function ActivityList({ items, more, onOpenCustomer }: ActivityListProps) {
  const words = useAdminWords().activity
  const format = useFormat()
  const now = useNow(30_000)
  const scroller = useRef<HTMLDivElement>(null)
  /** The line that was on top when the reader began to scroll; null while they are at the top. */
  const [topId, setTopId] = useState<string | null>(null)
  const arrived = useArrived(items)
  const unseen =
    topId === null
      ? 0
      : Math.max(
          0,
          items.findIndex(({ id }) => id === topId),
        )
  const shown = items.slice(unseen)

  const rows = useVirtualizer({
    count: shown.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT_PX,
    getItemKey: (index) => shown[index]?.id ?? index,
    overscan: 8,
  })

  function onScroll(): void {
    const isAtTop = (scroller.current?.scrollTop ?? 0) < ROW_HEIGHT_PX / 2
    setTopId((before) => (isAtTop ? null : (before ?? shown[0]?.id ?? null)))
  }

  function toTop(): void {
    setTopId(null)
    scroller.current?.scrollTo({ top: 0 })
    scroller.current?.focus()
  }

  return (
    <>
      {unseen > 0 && (
        <Button
          className={classes['unseen']}
          size="xs"
          radius="xl"
          leftSection={<IconArrowUp size={16} aria-hidden="true" />}
          onClick={toTop}
        >
          {words.unseen(unseen, format.number(unseen))}
        </Button>
      )}
      <div
        ref={scroller}
        className={classes['scroller']}
        tabIndex={0}
        role="region"
        aria-label={words.title}
        onScroll={onScroll}
      >
        <ol className={classes['rows']} style={{ height: rows.getTotalSize() }} reversed>
          {rows.getVirtualItems().map(({ index, start, key }) => (
            <ActivityRow
              key={key}
              item={shown[index]!}
              topPx={start}
              now={now}
              isNew={arrived.has(shown[index]!.id)}
              onOpenCustomer={onOpenCustomer}
            />
          ))}
        </ol>
        {items.length === 0 && (
          <p className={classes['searching']} role="status">
            {words.searching}
          </p>
        )}
        <LoadMore more={more} />
      </div>
    </>
  )
}

/** Lines that have just come on top. What was there at first, or is read by scrolling, is not among them. */
function useArrived(items: readonly Activity[]): ReadonlySet<string> {
  const newest = items[0]?.cursor ?? null
  const [seen, setSeen] = useState(newest)
  useEffect(() => {
    const timer = setTimeout(() => setSeen(newest), MARK_MS)
    return () => clearTimeout(timer)
  }, [newest])
  return useMemo(() => {
    const seenSeq = seen === null ? 0 : seqOf(seen)
    const end = items.findIndex(({ cursor }) => seqOf(cursor) <= seenSeq)
    return new Set(items.slice(0, end === -1 ? items.length : end).map(({ id }) => id))
  }, [items, seen])
}

const seqOf = (cursor: string) => Number(cursor.split(':')[1])
