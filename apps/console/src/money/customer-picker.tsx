import { Select } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { customerQuery, findCustomersQuery } from '../api/queries.ts'
import { useSession } from '../session/use-session.tsx'

const TYPING_MS = 150

/** Which customer it is, found by name or phone as it is typed; null is nobody that is known. */
export function CustomerPicker({
  tenant,
  label,
  placeholder,
  description,
  value,
  onChange,
}: {
  tenant: string
  label: string
  placeholder: string
  description?: string
  value: string | null
  onChange: (customerId: string | null) => void
}) {
  const { ask } = useSession()
  const [typed, setTyped] = useState('')
  const [search] = useDebouncedValue(typed.trim(), TYPING_MS)
  const found = useQuery({ ...findCustomersQuery(ask, tenant, search), placeholderData: keepPreviousData })
  const chosen = useQuery({ ...customerQuery(ask, tenant, value ?? ''), enabled: value !== null })
  const known = [...(chosen.data && value !== null ? [chosen.data] : []), ...(found.data?.items ?? [])]
  const options = new Map(known.map(({ id, displayName, phone }) => [id, `${displayName} · ${phone}`]))

  return (
    <Select
      label={label}
      placeholder={placeholder}
      {...(description === undefined ? {} : { description })}
      value={value}
      onChange={onChange}
      searchValue={typed}
      onSearchChange={setTyped}
      data={[...options].map(([id, name]) => ({ value: id, label: name }))}
      // The API has found them, by the digits of a phone number too.
      filter={({ options: all }) => all}
      searchable
      clearable
    />
  )
}
