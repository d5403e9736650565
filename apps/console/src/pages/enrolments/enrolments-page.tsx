import { Button, SegmentedControl } from '@mantine/core'
import type { Enrolment } from '@loyalty-live/client/query'
import { useInfiniteQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { IconUserCheck, IconUserPlus } from '@tabler/icons-react'
import { useState } from 'react'
import { enrolmentsQuery } from '../../api/engagement-queries.ts'
import { useEngagementWords } from '../../language/engagement-words.ts'
import { useFormat, useWords } from '../../language/language.tsx'
import { RefreshButton } from '../../live/refresh-button.tsx'
import { useNow } from '../../live/use-now.ts'
import { ListPanel } from '../../parts/list-panel.tsx'
import { useSession } from '../../session/use-session.tsx'
import { Page } from '../../shell/page.tsx'
import { LazyCustomerDialog } from '../customer/lazy-customer-dialog.tsx'
import { EnrolDialog } from './enrol-dialog.tsx'
import { EnrolmentRow } from './enrolment-row.tsx'
import classes from './enrolments.module.css'
import { enrolmentStatuses, type EnrolmentsSearch } from './search.ts'

const route = getRouteApi('/$tenant/admin/enrolments')

/** Who was asked to join what, by whom, and what they have answered; live. */
export function EnrolmentsPage() {
  const words = useEngagementWords().enrolments
  const { nav } = useWords()
  const format = useFormat()
  const { ask } = useSession()
  const { tenant } = route.useParams()
  const { status = 'pending', customer } = route.useSearch()
  const navigate = route.useNavigate()
  const [isEnrolling, setEnrolling] = useState(false)
  const now = useNow(30_000)
  const query = useInfiniteQuery(enrolmentsQuery(ask, tenant, status))

  const show = (next: Enrolment['status']) =>
    void navigate({ search: next === 'pending' ? {} : { status: next }, replace: true })
  const open = (id?: string) =>
    void navigate({
      search: ({ status: shown }: EnrolmentsSearch) => ({
        ...(shown === undefined ? {} : { status: shown }),
        ...(id === undefined ? {} : { customer: id }),
      }),
    })

  return (
    <Page
      title={nav.enrolments}
      actions={
        <>
          <Button
            aria-label={words.enrol}
            leftSection={<IconUserPlus size={16} aria-hidden="true" />}
            onClick={() => setEnrolling(true)}
          >
            <span className="roomy">{words.enrol}</span>
          </Button>
          <RefreshButton />
        </>
      }
    >
      <SegmentedControl
        className={classes['statuses']}
        aria-label={words.filter}
        value={status}
        onChange={show}
        data={enrolmentStatuses.map((value) => ({ value, label: words.statuses[value] }))}
      />
      <ListPanel
        title={words.statuses[status]}
        testId="enrolments"
        query={query}
        note={(rows) => words.count(format.number(rows.length), query.hasNextPage)}
        empty={{ icon: <IconUserCheck size={28} />, title: words.emptyTitles[status], text: words.emptyText }}
        line={(enrolment) => <EnrolmentRow key={enrolment.id} enrolment={enrolment} now={now} onOpen={open} />}
      />
      {isEnrolling && <EnrolDialog tenant={tenant} onClose={() => setEnrolling(false)} />}
      <LazyCustomerDialog id={customer} onClose={() => open()} />
    </Page>
  )
}
