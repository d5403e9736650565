import type { Customer } from '@loyalty-live/client/query'
import { useAdminWords } from '../../language/admin-words.ts'
import { useFormat } from '../../language/language.tsx'
import { ListPanel, type ListPanelProps } from '../../parts/list-panel.tsx'
import { CustomerLine } from './customer-line.tsx'

export type CustomerPanelProps<Row extends Customer> = Omit<ListPanelProps<Row>, 'note' | 'line'> & {
  /** What this list says of a customer, beyond the name. */
  detail: (row: Row) => string
  onOpen: (id: string) => void
}

/** A list of customers, each with the way into the VIP list or out of it. */
export function CustomerPanel<Row extends Customer>({ detail, onOpen, ...list }: CustomerPanelProps<Row>) {
  const words = useAdminWords().vip
  const format = useFormat()
  return (
    <ListPanel
      {...list}
      note={(rows) => words.count(format.number(rows.length), list.query.hasNextPage)}
      line={(row) => <CustomerLine key={row.id} customer={row} detail={detail(row)} onOpen={onOpen} />}
    />
  )
}
