import { useQuery } from '@tanstack/react-query'
import { IconShieldCheck } from '@tabler/icons-react'
import { refusalsQuery } from '../../api/money-queries.ts'
import { useFormat, useWords } from '../../language/language.tsx'
import { usePaymentWords } from '../../language/payment-words.ts'
import { useNow } from '../../live/use-now.ts'
import { Panel } from '../../parts/panel.tsx'
import { EmptyState, ErrorState, LoadingRows } from '../../parts/states.tsx'
import { useSession } from '../../session/use-session.tsx'
import classes from './payments.module.css'

/** Callbacks that changed nothing, forged ones among them: how many, why, and when the last one came. */
export function RefusalsPanel({ tenant }: { tenant: string }) {
  const words = usePaymentWords()
  const { providers } = useWords().money
  const format = useFormat()
  const { ask } = useSession()
  const now = useNow(10_000)
  const query = useQuery(refusalsQuery(ask, tenant))
  return (
    <Panel title={words.refusals} testId="refusals">
      {query.isPending ? (
        <LoadingRows rows={3} heightPx={58} />
      ) : query.isError && !query.data ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : query.data.items.length === 0 ? (
        <EmptyState icon={<IconShieldCheck size={28} />} title={words.noRefusals} />
      ) : (
        <ul className={classes['plain']}>
          {query.data.items.map(({ provider, day, reason, times, lastAt }) => (
            <li key={`${day} ${provider} ${reason}`}>
              <span>
                {providers[provider]} · {words.refusalReasons[reason] ?? reason}
              </span>
              <span className={`${classes['small']} figure`} title={format.dateTime(lastAt)}>
                {format.day(day)} · {words.times(times, format.number(times))} ·{' '}
                {words.lastAt(format.ago(Date.parse(lastAt), now))}
              </span>
            </li>
          ))}
          <li className={classes['small']}>{words.refusalsText}</li>
        </ul>
      )}
    </Panel>
  )
}
