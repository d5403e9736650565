import { Button } from '@mantine/core'
import { IconDeviceMobile, IconPlus } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { terminalsQuery } from '../../api/admin-queries.ts'
import type { Terminal } from '../../api/shapes.ts'
import { useFormat, useWords } from '../../language/language.tsx'
import { LoadMore } from '../../parts/load-more.tsx'
import { Panel } from '../../parts/panel.tsx'
import { EmptyState, ErrorState, LoadingRows } from '../../parts/states.tsx'
import { useSession } from '../../session/use-session.tsx'
import { AccessRow, ROW_HEIGHT_PX } from './access-row.tsx'
import { CreateTerminalDialog } from './create-terminal-dialog.tsx'
import { RevokeDialog } from './revoke-dialog.tsx'
import classes from './terminals.module.css'

/** Tills: each signs in with a key of its own, and can be shut out alone. */
export function TerminalsPanel({ tenant }: { tenant: string }) {
  const words = useWords().terminals
  const format = useFormat()
  const { ask } = useSession()
  const query = useInfiniteQuery(terminalsQuery(ask, tenant))
  const [creating, setCreating] = useState(false)
  const [revoking, setRevoking] = useState<Terminal | null>(null)
  const rows = query.data?.pages.flatMap(({ items }) => items) ?? []
  const active = rows.filter(({ revokedAt }) => revokedAt === null)

  return (
    <Panel
      title={words.title}
      testId="terminals"
      note={query.isSuccess && words.active(format.number(active.length))}
      actions={
        <Button leftSection={<IconPlus size={16} aria-hidden="true" />} onClick={() => setCreating(true)}>
          {words.create}
        </Button>
      }
    >
      {query.isPending ? (
        <LoadingRows rows={4} heightPx={ROW_HEIGHT_PX} />
      ) : query.isError && rows.length === 0 ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : rows.length === 0 ? (
        <EmptyState icon={<IconDeviceMobile size={28} />} title={words.emptyTitle}>
          {words.emptyText}
        </EmptyState>
      ) : (
        <ul className={classes['rows']} aria-label={words.title}>
          {rows.map((terminal) => (
            <AccessRow
              key={terminal.id}
              name={terminal.name}
              detail={words.since(format.date(terminal.createdAt))}
              revokedAt={terminal.revokedAt}
              onRevoke={() => setRevoking(terminal)}
            />
          ))}
        </ul>
      )}
      {query.isSuccess && <LoadMore more={query} />}
      {creating && <CreateTerminalDialog tenant={tenant} onClose={() => setCreating(false)} />}
      {revoking && (
        <RevokeDialog
          tenant={tenant}
          what="terminals"
          id={revoking.id}
          title={words.revokeTitle(revoking.name)}
          text={words.revokeText}
          onClose={() => setRevoking(null)}
        />
      )}
    </Panel>
  )
}
