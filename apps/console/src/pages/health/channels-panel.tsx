import { Button } from '@mantine/core'
import type { ChannelReport } from '@loyalty-live/client'
import { useLoyaltyClient } from '@loyalty-live/client/react'
import { IconCheck, IconPlayerPlay, IconX } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useAdminWords } from '../../language/admin-words.ts'
import { useFormat } from '../../language/language.tsx'
import { Panel } from '../../parts/panel.tsx'
import { ErrorState, LoadingRows } from '../../parts/states.tsx'
import classes from './health.module.css'

const CHECK_HEIGHT_PX = 58

/** Tries every part of the way, end to end, and says which of them works and how long it took. */
export function ChannelsPanel() {
  const words = useAdminWords().health
  const format = useFormat()
  const client = useLoyaltyClient()
  const query = useQuery({
    queryKey: ['diagnosis'],
    queryFn: () => client.diagnose(),
    gcTime: 0,
    staleTime: Infinity,
  })
  const checks = query.data ?? []
  const working = checks.filter(({ ok }) => ok).length

  return (
    <Panel
      title={words.channels}
      testId="channels"
      note={query.isSuccess && !query.isFetching && words.working(format.number(working), format.number(checks.length))}
      actions={
        <Button
          variant="default"
          leftSection={<IconPlayerPlay size={16} aria-hidden="true" />}
          loading={query.isFetching}
          onClick={() => void query.refetch()}
        >
          {words.run}
        </Button>
      }
    >
      {query.isPending ? (
        <LoadingRows rows={6} heightPx={CHECK_HEIGHT_PX} />
      ) : query.isError ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : (
        <ul className={classes['checks']} aria-label={words.channels}>
          {checks.map((check) => (
            <CheckLine key={check.name} check={check} />
          ))}
        </ul>
      )}
    </Panel>
  )
}

function CheckLine({ check: { name, ok, ms, detail } }: { check: ChannelReport }) {
  const words = useAdminWords().health
  const format = useFormat()
  return (
    <li className={classes['check']} data-check={name} data-ok={ok}>
      <span className={classes['sign']} role="img" aria-label={ok ? words.ok : words.failed}>
        {ok ? <IconCheck size={16} /> : <IconX size={16} />}
      </span>
      <span className={classes['about']}>
        <strong>{words.checks[name]}</strong>
        <span>{detail}</span>
      </span>
      <span className={`${classes['took']} figure`}>{words.ms(format.number(Math.round(ms)))}</span>
    </li>
  )
}
