import { IconChevronDown, IconChevronUp } from '@tabler/icons-react'
import { useWords } from '../../language/language.tsx'
import classes from './customer-list.module.css'
import { nextOrder, sortColumns, type CustomersSearch, type SortBy } from './search.ts'

/** Names of the columns; a click sorts by one, another turns the order round. */
export function CustomerListHeader({ search, onSort }: { search: CustomersSearch; onSort: (by: SortBy) => void }) {
  const words = useWords().customers.columns
  const { sort = 'name', order = 'asc' } = search
  return (
    <div role="row" aria-rowindex={1} className={`${classes['row']} ${classes['header']}`}>
      {sortColumns.map((column) => (
        <div
          key={column}
          role="columnheader"
          className={classes[column]}
          aria-sort={sort === column ? (order === 'asc' ? 'ascending' : 'descending') : 'none'}
        >
          <button type="button" className={classes['sort']} onClick={() => onSort(nextOrder(search, column))}>
            {words[column]}
            {sort === column &&
              (order === 'asc' ? (
                <IconChevronUp size={14} aria-hidden="true" />
              ) : (
                <IconChevronDown size={14} aria-hidden="true" />
              ))}
          </button>
        </div>
      ))}
      <div role="columnheader" className={classes['vip']}>
        {words.vip}
      </div>
    </div>
  )
}
