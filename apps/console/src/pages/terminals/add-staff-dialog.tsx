import { Button, Group, PasswordInput, SegmentedControl, Stack, Text, TextInput } from '@mantine/core'
import { queryKeys } from '@loyalty-live/client/query'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import type { Role, StaffMember } from '../../api/shapes.ts'
import { useAdminWords } from '../../language/admin-words.ts'
import { useWords } from '../../language/language.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { useToasts } from '../../parts/toasts.tsx'
import { useSession } from '../../session/use-session.tsx'
import { Problem } from '../../parts/problem.tsx'

const PASSWORD_LENGTH_MIN = 10

type NewStaff = Pick<StaffMember, 'name' | 'email' | 'role'> & { readonly password: string }

/** Takes somebody on: an owner whomever, an admin cashiers. */
export function AddStaffDialog({ tenant, role: own, onClose }: { tenant: string; role: Role; onClose: () => void }) {
  const words = useAdminWords().staff
  const { roles, app } = useWords()
  const { ask } = useSession()
  const toasts = useToasts()
  const queryClient = useQueryClient()
  const [role, setRole] = useState<StaffMember['role']>('cashier')
  const offered: readonly StaffMember['role'][] = own === 'owner' ? ['cashier', 'admin', 'owner'] : ['cashier']
  const add = useMutation({
    mutationFn: (body: NewStaff) => ask<StaffMember>('/api/admin/staff', { method: 'POST', body }),
    onSuccess: async ({ name }) => {
      await queryClient.invalidateQueries({ queryKey: queryKeys.staff(tenant) })
      toasts.show({ text: words.added(name), tone: 'good' })
      onClose()
    },
  })

  function submit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault()
    const fields = new FormData(event.currentTarget)
    const field = (name: string) => {
      const value = fields.get(name)
      return typeof value === 'string' ? value : ''
    }
    add.mutate({ name: field('name').trim(), email: field('email').trim(), role, password: field('password') })
  }

  return (
    <Dialog onClose={onClose} title={words.addTitle}>
      <form onSubmit={submit}>
        <Stack>
          <TextInput name="name" label={words.name} maxLength={100} autoComplete="off" required data-autofocus />
          <TextInput name="email" type="email" label={words.email} autoComplete="off" required />
          <PasswordInput
            name="password"
            label={words.password}
            description={words.passwordHint}
            minLength={PASSWORD_LENGTH_MIN}
            autoComplete="new-password"
            required
          />
          <div>
            <Text size="sm" fw={500} mb={4} id="new-staff-role">
              {words.role}
            </Text>
            <SegmentedControl
              fullWidth
              aria-labelledby="new-staff-role"
              value={role}
              onChange={setRole}
              data={offered.map((value) => ({ value, label: roles[value] }))}
            />
            <Text c="dimmed" size="xs" mt={4}>
              {words.roleHints[role]}
            </Text>
          </div>
          <Problem error={add.error} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {app.cancel}
            </Button>
            <Button type="submit" loading={add.isPending}>
              {words.add}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  )
}
