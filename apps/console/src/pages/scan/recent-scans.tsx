import { Badge } from '@mantine/core'
import type { Scan } from '@loyalty-live/client/query'
import { useInfiniteQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { IconQrcode } from '@tabler/icons-react'
import { scansQuery } from '../../api/engagement-queries.ts'
import { useEngagementWords } from '../../language/engagement-words.ts'
import { useFormat, useWords } from '../../language/language.tsx'
import { nameOf } from '../../live/change-toasts.tsx'
import { Line } from '../../live/line.tsx'
import { useNow } from '../../live/use-now.ts'
import { CustomerName } from '../../parts/customer-name.tsx'
import { ListPanel } from '../../parts/list-panel.tsx'
import { useSession } from '../../session/use-session.tsx'
import { LazyCustomerDialog } from '../customer/lazy-customer-dialog.tsx'

const route = getRouteApi('/$tenant/admin/scan')

/** Scans at any till, the newest on top, as they happen. */
export function RecentScans({ tenant }: { tenant: string }) {
  const words = useEngagementWords()
  const format = useFormat()
  const { ask } = useSession()
  const { customer } = route.useSearch()
  const navigate = route.useNavigate()
  const open = (id?: string) => void navigate({ search: id === undefined ? {} : { customer: id } })
  const now = useNow(30_000)
  const query = useInfiniteQuery(scansQuery(ask, tenant))
  return (
    <>
      <ListPanel
        title={words.scan.recent}
        testId="recent-scans"
        query={query}
        note={(rows) => words.enrolments.count(format.number(rows.length), query.hasNextPage)}
        empty={{ icon: <IconQrcode size={28} />, title: words.scan.recentEmpty, text: words.scan.recentEmptyText }}
        line={(scan) => <ScanLine key={scan.id} scan={scan} now={now} onOpen={open} />}
      />
      <LazyCustomerDialog id={customer} onClose={() => open()} />
    </>
  )
}

function ScanLine({ scan, now, onOpen }: { scan: Scan; now: number; onOpen: (customerId: string) => void }) {
  const { id, customerId, customerName, customerPhone, programName, outcome, pointsAwarded, actor, scannedAt } = scan
  const words = useEngagementWords().scan
  const { changes: changeWords } = useWords()
  const format = useFormat()
  const ago = format.ago(Date.parse(scannedAt), now)
  return (
    <Line of={id} data-scan={id} data-outcome={outcome}>
      <CustomerName
        customer={{ id: customerId, displayName: customerName, phone: customerPhone }}
        detail={`${programName} · ${nameOf(actor, changeWords)} · ${ago}`}
        onOpen={onOpen}
      />
      <Badge
        size="lg"
        tt="none"
        variant="light"
        {...(pointsAwarded === null ? { color: 'gray', c: 'var(--text)' } : {})}
      >
        {pointsAwarded === null ? words.outcomes[outcome] : format.signed(pointsAwarded)}
      </Badge>
    </Line>
  )
}
