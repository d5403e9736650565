import { useDebouncedValue } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { IconUser } from '@tabler/icons-react'
import { findCustomersQuery } from '../../api/queries.ts'
import type { User } from '../../api/shapes.ts'
import { useSession } from '../../session/use-session.tsx'
import { pagesOf } from '../pages.ts'
import type { Command } from './commands.ts'

const PAUSE_MS = 150
const LETTERS_MIN = 2

export type FoundCustomers = {
  readonly commands: readonly Command[]
  readonly state: 'idle' | 'searching' | 'failed'
}

/** Customers whose name or phone number fits what was typed; nobody for a role that may not see the list. */
export function useFoundCustomers(user: User, typed: string): FoundCustomers {
  const { ask } = useSession()
  const navigate = useNavigate()
  const text = typed.trim()
  const [paused] = useDebouncedValue(text, PAUSE_MS)
  const wanted = text.length >= LETTERS_MIN && pagesOf(user.role).some(({ name }) => name === 'customers')
  const query = useQuery({ ...findCustomersQuery(ask, user.tenant, paused), enabled: wanted && paused === text })

  if (!wanted) return { commands: [], state: 'idle' }
  // What was found for other letters is not shown: Enter would open somebody else.
  if (paused !== text || query.isPending) return { commands: [], state: 'searching' }
  if (query.isError) return { commands: [], state: 'failed' }
  const commands = query.data.items.map(({ id, displayName, phone }): Command => ({
    id: `customer-${id}`,
    group: 'customers',
    label: displayName,
    detail: phone,
    icon: IconUser,
    run: () =>
      void navigate({
        to: '/$tenant/admin/customers',
        params: { tenant: user.tenant },
        search: { customer: id },
      }),
  }))
  return { commands, state: 'idle' }
}
