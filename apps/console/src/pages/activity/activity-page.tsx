import { Button, NativeSelect, TextInput } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { IconHistory } from '@tabler/icons-react'
import { useMemo } from 'react'
import { activityQuery, staffQuery, terminalsQuery } from '../../api/admin-queries.ts'
import { useAdminWords } from '../../language/admin-words.ts'
import { useBookingWords } from '../../language/booking-words.ts'
import { useWords } from '../../language/language.tsx'
import { RefreshButton } from '../../live/refresh-button.tsx'
import { PanelFrame } from '../../parts/panel.tsx'
import { EmptyState, ErrorState, LoadingRows } from '../../parts/states.tsx'
import { useSession } from '../../session/use-session.tsx'
import { Page } from '../../shell/page.tsx'
import { LazyCustomerDialog } from '../customer/lazy-customer-dialog.tsx'
import { ActivityList } from './activity-list.tsx'
import { ROW_HEIGHT_PX } from './activity-row.tsx'
import classes from './activity.module.css'
import { activityTypes, toActivityParams, type ActivitySearch } from './search.ts'

const route = getRouteApi('/$tenant/admin/activity')

/** Who did what, when, why, before → after; what happens now is put on top (C3). */
export function ActivityPage() {
  const words = useAdminWords().activity
  const { nav } = useWords()
  const { ask } = useSession()
  const { tenant } = route.useParams()
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const change = (changes: { [K in keyof ActivitySearch]?: string | undefined }, replace = true) =>
    void navigate({ search: (before) => withoutEmpty({ ...before, ...changes }), replace })

  // Lines of bookings say them: none must have to wait for them, and all of the page with it.
  useBookingWords()

  const query = useInfiniteQuery({
    ...activityQuery(ask, tenant, toActivityParams(search)),
    placeholderData: (before) => before,
  })
  const items = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data])
  const filtered = Boolean(search.type ?? search.by ?? search.day)

  return (
    <Page title={nav.activity} actions={<RefreshButton />}>
      <div className={classes['toolbar']}>
        <NativeSelect
          aria-label={words.filterType}
          value={search.type ?? ''}
          onChange={(event) => change({ type: event.currentTarget.value })}
          data={[
            { value: '', label: words.everything },
            ...activityTypes.map((value) => ({ value, label: words.groups[value] })),
          ]}
        />
        <ActorSelect tenant={tenant} value={search.by ?? ''} onChange={(by) => change({ by })} />
        <TextInput
          type="date"
          aria-label={words.filterDay}
          value={search.day ?? ''}
          onChange={(event) => change({ day: event.currentTarget.value })}
        />
        {filtered && (
          <Button variant="subtle" onClick={() => change({ type: undefined, by: undefined, day: undefined })}>
            {words.clearFilters}
          </Button>
        )}
      </div>
      <PanelFrame pending={query.isPlaceholderData}>
        {query.isPending ? (
          <LoadingRows rows={12} heightPx={ROW_HEIGHT_PX} />
        ) : query.isError && items.length === 0 ? (
          <ErrorState error={query.error} onRetry={() => void query.refetch()} />
        ) : items.length === 0 && !query.hasNextPage ? (
          <EmptyState icon={<IconHistory size={28} />} title={filtered ? words.noMatchTitle : words.emptyTitle}>
            {filtered ? words.noMatchText : words.emptyText}
          </EmptyState>
        ) : (
          <ActivityList
            // Another question is another list: what it shows first has not just happened.
            key={JSON.stringify([search.type, search.by, search.day, query.isPlaceholderData])}
            items={items}
            more={query}
            onOpenCustomer={(customer) => change({ customer }, false)}
          />
        )}
      </PanelFrame>
      <LazyCustomerDialog id={search.customer} onClose={() => change({ customer: undefined })} />
    </Page>
  )
}

/** The tills and people of the business. Somebody else whom the address names (the database, a service) is kept. */
function ActorSelect({
  tenant,
  value,
  onChange,
}: {
  tenant: string
  value: string
  onChange: (id: string | undefined) => void
}) {
  const { activity: words, terminals, staff } = useAdminWords()
  const { ask } = useSession()
  const tills = useInfiniteQuery(terminalsQuery(ask, tenant)).data?.pages.flatMap(({ items }) => items) ?? []
  const people = useInfiniteQuery(staffQuery(ask, tenant)).data?.pages.flatMap(({ items }) => items) ?? []
  const known = [...tills, ...people].some(({ id }) => id === value)
  return (
    <NativeSelect
      aria-label={words.filterActor}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      data={[
        { value: '', label: words.everybody },
        ...(value === '' || known ? [] : [{ value, label: value }]),
        { group: terminals.title, items: tills.map(option) },
        { group: staff.title, items: people.map(option) },
      ]}
    />
  )
}

const option = ({ id, name }: { id: string; name: string }) => ({ value: id, label: name })

function withoutEmpty(search: { [K in keyof ActivitySearch]?: string | undefined }): ActivitySearch {
  return Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined && value !== ''))
}
