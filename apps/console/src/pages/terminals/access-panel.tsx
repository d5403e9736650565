import type { Page } from '@loyalty-live/client/query'
import type { InfiniteData, UseInfiniteQueryResult } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import { useAdminWords } from '../../language/admin-words.ts'
import { useFormat } from '../../language/language.tsx'
import { ListPanel } from '../../parts/list-panel.tsx'
import { AccessRow } from './access-row.tsx'
import { RevokeDialog } from './revoke-dialog.tsx'

type Access = { readonly id: string; readonly name: string; readonly revokedAt: string | null }

export type AccessPanelProps<Row extends Access> = {
  tenant: string
  what: 'terminals' | 'staff'
  query: UseInfiniteQueryResult<InfiniteData<Page<Row>>>
  actions: ReactNode
  icon: ReactNode
  emptyText?: string
  detail: (row: Row) => string
  mark?: (row: Row) => ReactNode
  mayRevoke?: (row: Row) => boolean
}

/** Who can sign in, or could until they were revoked; and the way to revoke them. */
export function AccessPanel<Row extends Access>(props: AccessPanelProps<Row>) {
  const { tenant, what, query, actions, icon, emptyText, detail, mark, mayRevoke = () => true } = props
  const words = useAdminWords()[what]
  const format = useFormat()
  const [revoking, setRevoking] = useState<Row | null>(null)
  const active = (rows: readonly Row[]) => rows.filter(({ revokedAt }) => revokedAt === null).length

  return (
    <>
      <ListPanel
        title={words.title}
        testId={what}
        query={query}
        actions={actions}
        note={(rows) => words.active(format.number(active(rows)))}
        empty={{ icon, title: words.emptyTitle, ...(emptyText === undefined ? {} : { text: emptyText }) }}
        line={(row) => (
          <AccessRow
            key={row.id}
            name={row.name}
            mark={mark?.(row)}
            detail={detail(row)}
            revokedAt={row.revokedAt}
            {...(mayRevoke(row) ? { onRevoke: () => setRevoking(row) } : {})}
          />
        )}
      />
      {revoking && (
        <RevokeDialog
          tenant={tenant}
          what={what}
          id={revoking.id}
          title={words.revokeTitle(revoking.name)}
          text={words.revokeText}
          onClose={() => setRevoking(null)}
        />
      )}
    </>
  )
}
