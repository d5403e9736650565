import { Button } from '@mantine/core'
import { IconDeviceMobile, IconPlus } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { terminalsQuery } from '../../api/admin-queries.ts'
import { useAdminWords } from '../../language/admin-words.ts'
import { useFormat } from '../../language/language.tsx'
import { useSession } from '../../session/use-session.tsx'
import { AccessPanel } from './access-panel.tsx'
import { CreateTerminalDialog } from './create-terminal-dialog.tsx'

/** Tills: each signs in with a key of its own, and can be shut out alone. */
export function TerminalsPanel({ tenant }: { tenant: string }) {
  const words = useAdminWords().terminals
  const format = useFormat()
  const { ask } = useSession()
  const query = useInfiniteQuery(terminalsQuery(ask, tenant))
  const [creating, setCreating] = useState(false)

  return (
    <>
      <AccessPanel
        tenant={tenant}
        what="terminals"
        query={query}
        icon={<IconDeviceMobile size={28} />}
        emptyText={words.emptyText}
        actions={
          <Button leftSection={<IconPlus size={16} aria-hidden="true" />} onClick={() => setCreating(true)}>
            <span className="roomy">{words.create}</span>
          </Button>
        }
        detail={({ createdAt }) => words.since(format.date(createdAt))}
      />
      {creating && <CreateTerminalDialog tenant={tenant} onClose={() => setCreating(false)} />}
    </>
  )
}
