import type { Customer } from '@loyalty-live/client/query'
import { useVirtualizer } from '@tanstack/react-virtual'
import { useRef, type KeyboardEvent, type ReactNode } from 'react'
import { useWords } from '../../language/language.tsx'
import { LoadMore, type MorePages } from '../../parts/load-more.tsx'
import classes from './customer-list.module.css'
import { CustomerRow } from './customer-row.tsx'

export const ROW_HEIGHT_PX = 56
/** Read the next page while this much is still to come: nobody sees the end while they scroll. */
const READ_AHEAD_PX = 60 * ROW_HEIGHT_PX

export type CustomerListProps = {
  customers: readonly Customer[]
  header: ReactNode
  more: MorePages
  onOpen: (id: string) => void
}

/** A table of which only the rows in sight exist; it reads further pages as one comes near its end. */
export function CustomerList({ customers, header, more, onOpen }: CustomerListProps) {
  const words = useWords()
  const scroller = useRef<HTMLDivElement>(null)
  const rows = useVirtualizer({
    count: customers.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT_PX,
    getItemKey: (index) => customers[index]?.id ?? index,
    overscan: 8,
  })
  const visible = rows.getVirtualItems()

  /** ↑ and ↓ go from name to name, also to rows that do not exist yet. */
  function move(event: KeyboardEvent<HTMLDivElement>): void {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    const from = (event.target as HTMLElement).closest<HTMLElement>('[data-index]')
    if (step === 0 || !from) return
    const index = Number(from.dataset['index']) + step
    if (index < 0 || index >= customers.length) return
    event.preventDefault()
    rows.scrollToIndex(index)
    requestAnimationFrame(() => {
      scroller.current?.querySelector<HTMLElement>(`[data-index="${index}"] [data-name]`)?.focus()
    })
  }

  return (
    <div
      ref={scroller}
      className={classes['scroller']}
      role="table"
      aria-label={words.customers.title}
      aria-rowcount={more.hasNextPage ? -1 : customers.length + 1}
      onKeyDown={move}
    >
      <div role="rowgroup" className={classes['headgroup']}>
        {header}
      </div>
      <div role="rowgroup" className={classes['body']} style={{ height: rows.getTotalSize() }}>
        {visible.map(({ index, start, key }) => (
          <CustomerRow key={key} customer={customers[index]!} index={index} topPx={start} onOpen={onOpen} />
        ))}
      </div>
      <LoadMore more={more} readAheadPx={READ_AHEAD_PX} />
    </div>
  )
}
