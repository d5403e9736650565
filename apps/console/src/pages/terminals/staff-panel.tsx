import { Badge, Button } from '@mantine/core'
import { IconPlus, IconUsers } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { staffQuery } from '../../api/admin-queries.ts'
import type { StaffMember, User } from '../../api/shapes.ts'
import { useFormat, useWords } from '../../language/language.tsx'
import { LoadMore } from '../../parts/load-more.tsx'
import { Panel } from '../../parts/panel.tsx'
import { EmptyState, ErrorState, LoadingRows } from '../../parts/states.tsx'
import { useSession } from '../../session/use-session.tsx'
import { AccessRow, ROW_HEIGHT_PX } from './access-row.tsx'
import { AddStaffDialog } from './add-staff-dialog.tsx'
import { RevokeDialog } from './revoke-dialog.tsx'
import classes from './terminals.module.css'

/** People who work here. An owner manages everybody, an admin the cashiers; nobody shuts out themselves. */
export function StaffPanel({ tenant, me }: { tenant: string; me: User }) {
  const { staff: words, roles } = useWords()
  const format = useFormat()
  const { ask } = useSession()
  const query = useInfiniteQuery(staffQuery(ask, tenant))
  const [adding, setAdding] = useState(false)
  const [revoking, setRevoking] = useState<StaffMember | null>(null)
  const rows = query.data?.pages.flatMap(({ items }) => items) ?? []
  const active = rows.filter(({ revokedAt }) => revokedAt === null)
  const mayRevoke = ({ id, role }: StaffMember) => id !== me.id && (me.role === 'owner' || role === 'cashier')

  return (
    <Panel
      title={words.title}
      testId="staff"
      note={query.isSuccess && words.active(format.number(active.length))}
      actions={
        <Button
          variant="default"
          leftSection={<IconPlus size={16} aria-hidden="true" />}
          onClick={() => setAdding(true)}
        >
          {words.add}
        </Button>
      }
    >
      {query.isPending ? (
        <LoadingRows rows={4} heightPx={ROW_HEIGHT_PX} />
      ) : query.isError && rows.length === 0 ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : rows.length === 0 ? (
        <EmptyState icon={<IconUsers size={28} />} title={words.emptyTitle} />
      ) : (
        <ul className={classes['rows']} aria-label={words.title}>
          {rows.map((person) => (
            <AccessRow
              key={person.id}
              name={person.name}
              mark={
                <Badge variant="default" tt="none" fw={550}>
                  {roles[person.role]}
                </Badge>
              }
              detail={person.id === me.id ? words.you(person.email) : person.email}
              revokedAt={person.revokedAt}
              {...(mayRevoke(person) ? { onRevoke: () => setRevoking(person) } : {})}
            />
          ))}
        </ul>
      )}
      {query.isSuccess && <LoadMore more={query} />}
      {adding && <AddStaffDialog tenant={tenant} role={me.role} onClose={() => setAdding(false)} />}
      {revoking && (
        <RevokeDialog
          tenant={tenant}
          what="staff"
          id={revoking.id}
          title={words.revokeTitle(revoking.name)}
          text={words.revokeText}
          onClose={() => setRevoking(null)}
        />
      )}
    </Panel>
  )
}
