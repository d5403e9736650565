import { Select } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { programsQuery } from '../api/queries.ts'
import { useEngagementWords } from '../language/engagement-words.ts'
import { useSession, useUser } from '../session/use-session.tsx'

/**
 * Which programme is meant, of those that take customers; null is the default one. Nothing to choose for a till, which may not list
 * them, nor while there is one only.
 */
export function ProgramSelect({
  value,
  onChange,
  disabled = false,
}: {
  value: string | null
  onChange: (programId: string | null) => void
  disabled?: boolean
}) {
  const words = useEngagementWords().enrolments
  const { ask } = useSession()
  const user = useUser()
  const mayList = user?.role === 'owner' || user?.role === 'admin'
  const programs = useQuery({ ...programsQuery(ask, user?.tenant ?? ''), enabled: mayList })
  const offered = programs.data?.items.filter(({ active }) => active) ?? []
  if (offered.length < 2) return null
  return (
    <Select
      label={words.program}
      value={value ?? offered.find(({ isDefault }) => isDefault)?.id ?? null}
      onChange={onChange}
      placeholder={words.defaultProgram}
      allowDeselect={false}
      disabled={disabled}
      data={offered.map(({ id, name }) => ({ value: id, label: name }))}
    />
  )
}
