import { Badge, Button } from '@mantine/core'
import { IconPlus, IconUsers } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { staffQuery } from '../../api/admin-queries.ts'
import type { User } from '../../api/shapes.ts'
import { useAdminWords } from '../../language/admin-words.ts'
import { useWords } from '../../language/language.tsx'
import { useSession } from '../../session/use-session.tsx'
import { AccessPanel } from './access-panel.tsx'
import { AddStaffDialog } from './add-staff-dialog.tsx'

/** People who work here. An owner manages everybody, an admin the cashiers; nobody shuts out themselves. */
export function StaffPanel({ tenant, me }: { tenant: string; me: User }) {
  const words = useAdminWords().staff
  const { roles } = useWords()
  const { ask } = useSession()
  const query = useInfiniteQuery(staffQuery(ask, tenant))
  const [adding, setAdding] = useState(false)

  return (
    <>
      <AccessPanel
        tenant={tenant}
        what="staff"
        query={query}
        icon={<IconUsers size={28} />}
        actions={
          <Button
            variant="default"
            leftSection={<IconPlus size={16} aria-hidden="true" />}
            onClick={() => setAdding(true)}
          >
            <span className="roomy">{words.add}</span>
          </Button>
        }
        mark={({ role }) => (
          <Badge variant="default" tt="none" fw={550}>
            {roles[role]}
          </Badge>
        )}
        detail={({ id, email }) => (id === me.id ? words.you(email) : email)}
        mayRevoke={({ id, role }) => id !== me.id && (me.role === 'owner' || role === 'cashier')}
      />
      {adding && <AddStaffDialog tenant={tenant} role={me.role} onClose={() => setAdding(false)} />}
    </>
  )
}
