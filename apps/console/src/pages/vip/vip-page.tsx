import { useInfiniteQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { IconCalendarHeart, IconStar } from '@tabler/icons-react'
import { vipCandidatesQuery, vipQuery } from '../../api/admin-queries.ts'
import { useAdminWords } from '../../language/admin-words.ts'
import { useFormat, useWords } from '../../language/language.tsx'
import { RefreshButton } from '../../live/refresh-button.tsx'
import { Columns } from '../../parts/columns.tsx'
import { useSession } from '../../session/use-session.tsx'
import { Page } from '../../shell/page.tsx'
import { LazyCustomerDialog } from '../customer/lazy-customer-dialog.tsx'
import { CustomerPanel } from './customer-panel.tsx'

const route = getRouteApi('/$tenant/admin/vip')

/** The VIPs, and who could become one: whoever has booked. Both follow what happens on any other screen (V1-V4). */
export function VipPage() {
  const words = useAdminWords().vip
  const { nav } = useWords()
  const format = useFormat()
  const { ask } = useSession()
  const { tenant } = route.useParams()
  const { customer } = route.useSearch()
  const navigate = route.useNavigate()
  const open = (id?: string) => void navigate({ search: id === undefined ? {} : { customer: id } })

  const vips = useInfiniteQuery(vipQuery(ask, tenant))
  const candidates = useInfiniteQuery(vipCandidatesQuery(ask, tenant))

  return (
    <Page title={nav.vip} actions={<RefreshButton />}>
      <Columns>
        <CustomerPanel
          title={words.list}
          testId="vips"
          query={vips}
          empty={{ icon: <IconStar size={28} />, title: words.emptyTitle, text: words.emptyText }}
          detail={({ vipSince }) => (vipSince === null ? '' : words.since(format.date(vipSince)))}
          onOpen={open}
        />
        <CustomerPanel
          title={words.candidates}
          testId="candidates"
          query={candidates}
          empty={{
            icon: <IconCalendarHeart size={28} />,
            title: words.noCandidatesTitle,
            text: words.noCandidatesText,
          }}
          detail={({ bookings, lastBookingAt }) => words.booked(bookings, format.date(lastBookingAt))}
          onOpen={open}
        />
      </Columns>
      <LazyCustomerDialog id={customer} onClose={() => open()} />
    </Page>
  )
}
