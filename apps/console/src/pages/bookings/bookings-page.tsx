import type { Booking } from '@loyalty-live/client/query'
import { ActionIcon, Button, NativeSelect, SegmentedControl, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { IconCalendarPlus, IconChevronLeft, IconChevronRight } from '@tabler/icons-react'
import { useState, type ReactNode } from 'react'
import { settingsQuery } from '../../api/engagement-queries.ts'
import { useBookingWords } from '../../language/booking-words.ts'
import { useFormat, useWords } from '../../language/language.tsx'
import { RefreshButton } from '../../live/refresh-button.tsx'
import { useNow } from '../../live/use-now.ts'
import { Panel } from '../../parts/panel.tsx'
import { ErrorState, LoadingRows } from '../../parts/states.tsx'
import { useSession } from '../../session/use-session.tsx'
import { changedSearch } from '../../shell/changed-search.ts'
import { Page } from '../../shell/page.tsx'
import { daysLater, wallTimeAt } from '../../time/zoned.ts'
import { LazyCustomerDialog } from '../customer/lazy-customer-dialog.tsx'
import { BookingDialog, NewBookingDialog } from './booking-dialog.tsx'
import { BookingList } from './booking-list.tsx'
import classes from './bookings.module.css'
import { DayView } from './day-view.tsx'
import { TakeForBooking } from './take-for-booking.tsx'
import { bookingStatuses, paymentStatuses, type BookingsSearch } from './search.ts'

const route = getRouteApi('/$tenant/admin/bookings')

type Change = (changes: Parameters<typeof changedSearch<BookingsSearch>>[1], replace?: boolean) => void

/** Who comes when, what it costs and whether it is paid: a day on a timeline, or a list. */
export function BookingsPage() {
  const words = useBookingWords()
  const { nav } = useWords()
  const format = useFormat()
  const { ask } = useSession()
  const { tenant } = route.useParams()
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const settings = useQuery(settingsQuery(ask, tenant))
  const [isMaking, setMaking] = useState(false)
  const timeZone = settings.data?.timeZone ?? 'UTC'
  const today = wallTimeAt(new Date(useNow(60_000)), timeZone).slice(0, 10)
  const day = search.day ?? today
  const change: Change = (changes, replace = true) =>
    void navigate({ search: (before) => changedSearch<BookingsSearch>(before, changes), replace })

  return (
    <Page
      title={nav.bookings}
      actions={
        <>
          <Button
            aria-label={words.create}
            leftSection={<IconCalendarPlus size={16} aria-hidden="true" />}
            disabled={!settings.data}
            onClick={() => setMaking(true)}
          >
            <span className="roomy">{words.create}</span>
          </Button>
          <RefreshButton />
        </>
      }
    >
      <div className={classes['toolbar']}>
        <SegmentedControl
          aria-label={words.view}
          value={search.view ?? 'day'}
          onChange={(view) => change({ view: view === 'list' ? 'list' : undefined })}
          data={(['day', 'list'] as const).map((value) => ({ value, label: words.views[value] }))}
        />
        {search.view === 'list' ? (
          <ListFilters search={search} change={change} />
        ) : (
          <DayPicker
            day={day}
            today={today}
            onPick={(picked) => change({ day: picked === today ? undefined : picked })}
          />
        )}
      </div>
      {settings.data ? (
        search.view === 'list' ? (
          <BookingList
            tenant={tenant}
            search={search}
            today={today}
            timeZone={timeZone}
            onOpen={(booking) => change({ booking }, false)}
            onOpenCustomer={(customer) => change({ customer }, false)}
          />
        ) : (
          <DayView tenant={tenant} day={day} timeZone={timeZone} onOpen={(booking) => change({ booking }, false)} />
        )
      ) : settings.isError ? (
        <ErrorState error={settings.error} onRetry={() => void settings.refetch()} />
      ) : (
        <Panel title={search.view === 'list' ? words.whens[search.when ?? 'upcoming'] : format.day(day)}>
          <LoadingRows rows={8} heightPx={64} />
        </Panel>
      )}
      {settings.data && isMaking && (
        <NewBookingDialog tenant={tenant} settings={settings.data} day={day} onClose={() => setMaking(false)} />
      )}
      {settings.data && search.booking !== undefined && (
        <BookingDialog
          key={search.booking}
          id={search.booking}
          tenant={tenant}
          settings={settings.data}
          actions={(booking) => <TakeForBooking tenant={tenant} booking={booking} />}
          onClose={() => change({ booking: undefined })}
        />
      )}
      <LazyCustomerDialog id={search.customer} onClose={() => change({ customer: undefined })} />
    </Page>
  )
}

function DayPicker({ day, today, onPick }: { day: string; today: string; onPick: (day: string) => void }) {
  const words = useBookingWords()
  const step = (label: string, days: number, icon: ReactNode) => (
    <ActionIcon size="input-sm" variant="default" aria-label={label} onClick={() => onPick(daysLater(day, days))}>
      {icon}
    </ActionIcon>
  )
  return (
    <div className={classes['days']}>
      {step(words.before, -1, <IconChevronLeft size={18} aria-hidden="true" />)}
      <TextInput
        type="date"
        aria-label={words.day}
        value={day}
        onChange={(event) => event.currentTarget.value && onPick(event.currentTarget.value)}
      />
      {step(words.after, 1, <IconChevronRight size={18} aria-hidden="true" />)}
      {day !== today && (
        <Button variant="subtle" onClick={() => onPick(today)}>
          {words.today}
        </Button>
      )}
    </div>
  )
}

function ListFilters({ search, change }: { search: BookingsSearch; change: Change }) {
  const words = useBookingWords()
  return (
    <>
      <SegmentedControl
        aria-label={words.when}
        value={search.when ?? 'upcoming'}
        onChange={(when) => change({ when: when === 'past' ? 'past' : undefined })}
        data={(['upcoming', 'past'] as const).map((value) => ({ value, label: words.whens[value] }))}
      />
      <NativeSelect
        aria-label={words.status}
        value={search.status ?? ''}
        onChange={(event) => change({ status: event.currentTarget.value as Booking['status'] | '' })}
        data={[
          { value: '', label: words.anyStatus },
          ...bookingStatuses.map((value) => ({ value, label: words.statuses[value] })),
        ]}
      />
      <NativeSelect
        aria-label={words.payment}
        value={search.payment ?? ''}
        onChange={(event) => change({ payment: event.currentTarget.value as Booking['paymentStatus'] | '' })}
        data={[
          { value: '', label: words.anyPayment },
          ...paymentStatuses.map((value) => ({ value, label: words.payments[value] })),
        ]}
      />
    </>
  )
}
