import { CloseButton, SegmentedControl, TextInput } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { useInfiniteQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { IconSearch, IconUserSearch, IconUsers } from '@tabler/icons-react'
import { useMemo, useRef, useState } from 'react'
import { customersQuery } from '../../api/queries.ts'
import { useFormat, useWords } from '../../language/language.tsx'
import { RefreshButton } from '../../live/refresh-button.tsx'
import { PanelFrame } from '../../parts/panel.tsx'
import { EmptyState, ErrorState, LoadingRows } from '../../parts/states.tsx'
import { useSession } from '../../session/use-session.tsx'
import { Page } from '../../shell/page.tsx'
import { useShortcut } from '../../shell/use-shortcut.ts'
import { LazyCustomerDialog } from '../customer/lazy-customer-dialog.tsx'
import { CustomerList, ROW_HEIGHT_PX } from './customer-list.tsx'
import { CustomerListHeader } from './customer-list-header.tsx'
import { CustomerSortSelect } from './customer-sort-select.tsx'
import classes from './customers-page.module.css'
import { toParams, type CustomersSearch } from './search.ts'

const SEARCH_PAUSE_MS = 200

const route = getRouteApi('/$tenant/admin/customers')

/** The customers of the business, live. */
export function CustomersPage() {
  const words = useWords()
  const format = useFormat()
  const { ask } = useSession()
  const { tenant } = route.useParams()
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const [typed, setTyped] = useState(search.search ?? '')
  const searchField = useRef<HTMLInputElement>(null)

  const change = (changes: Partial<Record<keyof CustomersSearch, unknown>>, replace = true) =>
    void navigate({ search: (before) => withoutEmpty({ ...before, ...changes }), replace })
  const searchFor = useDebouncedCallback((text: string) => change({ search: text }), SEARCH_PAUSE_MS)
  const type = (text: string) => {
    setTyped(text)
    searchFor(text)
  }
  useShortcut('/', () => searchField.current?.focus())

  const query = useInfiniteQuery({
    ...customersQuery(ask, tenant, toParams(search)),
    // The list that was there stays until the next one has come: no flash of emptiness between two letters.
    placeholderData: (before) => before,
  })
  const customers = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data])

  function howMany(): string {
    const total = query.data?.pages[0]?.total
    return total === undefined
      ? words.customers.found(format.number(customers.length), query.hasNextPage)
      : words.customers.total(format.number(total))
  }

  return (
    <Page title={words.customers.title} note={query.isSuccess && howMany()} actions={<RefreshButton />}>
      <div className={classes['toolbar']}>
        <TextInput
          ref={searchField}
          className={classes['search']}
          type="search"
          aria-label={words.customers.search}
          placeholder={words.customers.search}
          leftSection={<IconSearch size={16} aria-hidden="true" />}
          rightSection={
            typed === '' ? (
              <kbd className={classes['key']} aria-hidden="true">
                /
              </kbd>
            ) : (
              <CloseButton size="sm" aria-label={words.customers.clearSearch} onClick={() => type('')} />
            )
          }
          value={typed}
          onChange={(event) => type(event.currentTarget.value)}
        />
        <SegmentedControl
          aria-label={words.customers.filter}
          value={search.vip ? 'vip' : 'everybody'}
          onChange={(value) => change({ vip: value === 'vip' || undefined })}
          data={[
            { value: 'everybody', label: words.customers.everybody },
            { value: 'vip', label: words.customers.onlyVip },
          ]}
        />
        <CustomerSortSelect search={search} onSort={change} />
      </div>
      <PanelFrame pending={query.isPlaceholderData}>
        {query.isPending ? (
          <LoadingRows rows={12} heightPx={ROW_HEIGHT_PX} />
        ) : query.isError && customers.length === 0 ? (
          <ErrorState error={query.error} onRetry={() => void query.refetch()} />
        ) : customers.length === 0 ? (
          <NoCustomers searched={Boolean(search.search ?? search.vip)} />
        ) : (
          <CustomerList
            key={tenant}
            customers={customers}
            header={<CustomerListHeader search={search} onSort={change} />}
            more={query}
            onOpen={(id) => change({ customer: id }, false)}
          />
        )}
      </PanelFrame>
      <LazyCustomerDialog id={search.customer} onClose={() => change({ customer: undefined })} />
    </Page>
  )
}

function NoCustomers({ searched }: { searched: boolean }) {
  const words = useWords().customers
  return searched ? (
    <EmptyState icon={<IconUserSearch size={28} />} title={words.noMatchTitle}>
      {words.noMatchText}
    </EmptyState>
  ) : (
    <EmptyState icon={<IconUsers size={28} />} title={words.emptyTitle}>
      {words.emptyText}
    </EmptyState>
  )
}

function withoutEmpty(search: Partial<Record<keyof CustomersSearch, unknown>>): CustomersSearch {
  return Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined && value !== ''))
}
