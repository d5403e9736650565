import { Button, NativeSelect, TextInput } from '@mantine/core'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { IconCash, IconPlus } from '@tabler/icons-react'
import { useState } from 'react'
import { settingsQuery } from '../../api/engagement-queries.ts'
import { paymentsQuery } from '../../api/money-queries.ts'
import { useFormat, useWords } from '../../language/language.tsx'
import { usePaymentWords } from '../../language/payment-words.ts'
import { RefreshButton } from '../../live/refresh-button.tsx'
import { useNow } from '../../live/use-now.ts'
import { CustomerPicker } from '../../money/customer-picker.tsx'
import { TakePaymentDialog } from '../../money/take-payment.tsx'
import { ListPanel } from '../../parts/list-panel.tsx'
import { useSession, useUser } from '../../session/use-session.tsx'
import { changedSearch } from '../../shell/changed-search.ts'
import { Page } from '../../shell/page.tsx'
import { LazyCustomerDialog } from '../customer/lazy-customer-dialog.tsx'
import { PaymentDialog } from './payment-dialog.tsx'
import { PaymentRow } from './payment-row.tsx'
import classes from './payments.module.css'
import { ProvidersPanel } from './providers-panel.tsx'
import { RefusalsPanel } from './refusals-panel.tsx'
import { statuses, toPaymentsParams, ways, type PaymentsSearch } from './search.ts'

const route = getRouteApi('/$tenant/admin/payments')

type Change = (changes: Parameters<typeof changedSearch<PaymentsSearch>>[1], replace?: boolean) => void

/** What came in, by whatever way, as it comes; what was refused; and how the business is known to providers. */
export function PaymentsPage() {
  const words = usePaymentWords()
  const { nav } = useWords()
  const format = useFormat()
  const { ask } = useSession()
  const user = useUser()
  const { tenant } = route.useParams()
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const settings = useQuery(settingsQuery(ask, tenant)).data
  const [isTaking, setTaking] = useState(false)
  const now = useNow(10_000)
  const change: Change = (changes, replace = true) =>
    void navigate({ search: (before) => changedSearch<PaymentsSearch>(before, changes), replace })
  const filtered = Boolean(search.status ?? search.provider ?? search.day ?? search.of)
  const query = useInfiniteQuery({
    ...paymentsQuery(ask, tenant, toPaymentsParams(search, settings?.timeZone ?? 'UTC')),
    // Which moments a day has, the settings say.
    enabled: search.day === undefined || settings !== undefined,
  })

  return (
    <Page
      title={nav.payments}
      actions={
        <>
          <Button
            aria-label={words.take}
            leftSection={<IconPlus size={16} aria-hidden="true" />}
            disabled={!settings}
            onClick={() => setTaking(true)}
          >
            <span className="roomy">{words.take}</span>
          </Button>
          <RefreshButton />
        </>
      }
    >
      <Filters tenant={tenant} search={search} change={change} isFiltered={filtered} />
      <div className={classes['page']}>
        <div className={classes['list']}>
          <ListPanel
            title={words.title}
            testId="payments"
            query={query}
            note={(rows) => words.count(rows.length, format.number(rows.length), query.hasNextPage)}
            empty={
              filtered
                ? { icon: <IconCash size={28} />, title: words.noMatchTitle }
                : { icon: <IconCash size={28} />, title: words.emptyTitle, text: words.emptyText }
            }
            line={(payment) => (
              <PaymentRow
                key={payment.id}
                payment={payment}
                now={now}
                onOpen={(id) => change({ payment: id }, false)}
                onOpenCustomer={(customer) => change({ customer }, false)}
              />
            )}
          />
        </div>
        <div className={classes['side']}>
          {user?.role === 'owner' && <ProvidersPanel tenant={tenant} />}
          <RefusalsPanel tenant={tenant} />
        </div>
      </div>
      {isTaking && settings && (
        <TakePaymentDialog tenant={tenant} currency={settings.currency} onClose={() => setTaking(false)} />
      )}
      {search.payment !== undefined && (
        <PaymentDialog
          key={search.payment}
          tenant={tenant}
          id={search.payment}
          onClose={() => change({ payment: undefined })}
        />
      )}
      <LazyCustomerDialog id={search.customer} onClose={() => change({ customer: undefined })} />
    </Page>
  )
}

function Filters({
  tenant,
  search,
  change,
  isFiltered,
}: {
  tenant: string
  search: PaymentsSearch
  change: Change
  isFiltered: boolean
}) {
  const words = usePaymentWords()
  const { providers } = useWords().money
  return (
    <div className={classes['toolbar']}>
      <NativeSelect
        label={words.status}
        value={search.status ?? ''}
        onChange={(event) => change({ status: statuses.find((value) => value === event.currentTarget.value) })}
        data={[
          { value: '', label: words.anyStatus },
          ...statuses.map((value) => ({ value, label: words.statuses[value] })),
        ]}
      />
      <NativeSelect
        label={words.provider}
        value={search.provider ?? ''}
        onChange={(event) => change({ provider: ways.find((value) => value === event.currentTarget.value) })}
        data={[{ value: '', label: words.anyProvider }, ...ways.map((value) => ({ value, label: providers[value] }))]}
      />
      <TextInput
        type="date"
        label={words.day}
        value={search.day ?? ''}
        onChange={(event) => change({ day: event.currentTarget.value })}
      />
      <CustomerPicker
        tenant={tenant}
        label={words.customer}
        placeholder={words.customerSearch}
        value={search.of ?? null}
        onChange={(of) => change({ of: of ?? undefined })}
      />
      {isFiltered && (
        <Button
          variant="subtle"
          onClick={() => change({ status: undefined, provider: undefined, day: undefined, of: undefined })}
        >
          {words.clear}
        </Button>
      )}
    </div>
  )
}
