import { Skeleton, Stack, Switch, Text } from '@mantine/core'
import type { CustomerRecord } from '@loyalty-live/client/query'
import { useMediaQuery } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { customerQuery, programsQuery } from '../../api/queries.ts'
import { useFormat, useWords } from '../../language/language.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { StaleNotice } from '../../live/stale-notice.tsx'
import { Initials } from '../../parts/initials.tsx'
import { ErrorState } from '../../parts/states.tsx'
import { useSession, useUser } from '../../session/use-session.tsx'
import { Adjustments } from './adjustments.tsx'
import { ChangePoints } from './change-points.tsx'
import { CustomerCards } from './customer-cards.tsx'
import classes from './customer-dialog.module.css'
import { CustomerPayments } from './customer-payments.tsx'
import { EditName } from './edit-name.tsx'
import { Ledger } from './ledger.tsx'
import { useVipSwitch } from './use-vip-switch.ts'

/** One customer: who they are, their cards, what can be done, and their ledger; live while it is open (L4). */
export function CustomerDialog({ id, onClose }: { id: string; onClose: () => void }) {
  const words = useWords()
  const { ask } = useSession()
  const tenant = useUser()?.tenant ?? ''
  const customer = useQuery(customerQuery(ask, tenant, id))
  const fullScreen = useMediaQuery('(max-width: 48em)', false, { getInitialValueInEffect: false })
  const programs = useQuery(programsQuery(ask, tenant))
  const programNames = new Map(programs.data?.items.map(({ id: program, name }) => [program, name]))

  return (
    <Dialog
      // Grows downwards as the ledger is read on: what is above stays where it is.
      centered={false}
      onClose={onClose}
      size={720}
      fullScreen={fullScreen}
      padding="lg"
      radius={fullScreen ? 0 : 'lg'}
      title={customer.data?.displayName ?? words.states.loading}
      classNames={{ title: 'visually-hidden', body: classes['body']!, header: classes['bar']! }}
      data-testid="customer-dialog"
    >
      {customer.isPending ? (
        <Stack>
          <Skeleton height={52} width="60%" />
          <Skeleton height={96} />
          <Skeleton height={220} />
        </Stack>
      ) : customer.isError && !customer.data ? (
        <ErrorState error={customer.error} onRetry={() => void customer.refetch()} />
      ) : (
        <StaleNotice>
          <Stack gap="lg">
            <Person customer={customer.data} />
            <CustomerCards customer={customer.data} programNames={programNames} />
            <ChangePoints customer={customer.data} programNames={programNames} />
            <Adjustments customerId={id} />
            <CustomerPayments customerId={id} />
            <Ledger customerId={id} />
          </Stack>
        </StaleNotice>
      )}
    </Dialog>
  )
}

function Person({ customer }: { customer: CustomerRecord }) {
  const words = useWords()
  const format = useFormat()
  const { vip, setVip } = useVipSwitch(customer)
  return (
    <div className={classes['head']}>
      <Initials name={customer.displayName} large />
      <div className={classes['person']}>
        <EditName key={customer.id} customer={customer} />
        <Text c="dimmed" size="sm" className={`${classes['facts']} figure`}>
          <span>{customer.phone}</span>
          <span>{words.customer.since(format.date(customer.createdAt))}</span>
        </Text>
      </div>
      <Switch
        label={words.customers.columns.vip}
        labelPosition="left"
        className={classes['vip']}
        checked={vip}
        aria-label={words.customers.vipSwitch(customer.displayName)}
        onChange={() => setVip(!vip)}
      />
    </div>
  )
}
