import { ActionIcon, NativeSelect } from '@mantine/core'
import { IconSortAscending, IconSortDescending } from '@tabler/icons-react'
import { useWords } from '../../language/language.tsx'
import classes from './customers-page.module.css'
import { nextOrder, sortColumns, type CustomersSearch, type SortBy } from './search.ts'

/** The way to sort on a screen that has no room for all columns. */
export function CustomerSortSelect({ search, onSort }: { search: CustomersSearch; onSort: (by: SortBy) => void }) {
  const words = useWords().customers
  const { sort = 'name', order = 'asc' } = search
  return (
    <div className={classes['sort']}>
      <NativeSelect
        aria-label={words.sortBy}
        value={sort}
        onChange={(event) => {
          const column = sortColumns.find((candidate) => candidate === event.currentTarget.value)
          if (column) onSort(nextOrder(search, column))
        }}
        data={sortColumns.map((value) => ({ value, label: words.columns[value] }))}
      />
      <ActionIcon
        variant="default"
        size={36}
        aria-label={words.descending}
        aria-pressed={order === 'desc'}
        onClick={() => onSort(nextOrder(search, sort))}
      >
        {order === 'asc' ? (
          <IconSortAscending size={18} aria-hidden="true" />
        ) : (
          <IconSortDescending size={18} aria-hidden="true" />
        )}
      </ActionIcon>
    </div>
  )
}
