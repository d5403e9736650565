import { Button, Stack, Text, TextInput, Title } from '@mantine/core'
import type { Enrolment } from '@loyalty-live/client/query'
import { IconUserPlus } from '@tabler/icons-react'
import { useState } from 'react'
import { useEngagementWords } from '../language/engagement-words.ts'
import { useWords } from '../language/language.tsx'
import { ProgramSelect } from './program-select.tsx'
import { useAskToEnrol } from './use-enrolments.ts'

/** Nobody here has this number: with a name they become a customer, and are asked to join. */
export function EnrolStranger({ phone, onAsked }: { phone: string; onAsked: (enrolment: Enrolment) => void }) {
  const words = useEngagementWords().enrolments
  const till = useWords().till
  const [name, setName] = useState('')
  const [programId, setProgramId] = useState<string | null>(null)
  const request = useAskToEnrol(onAsked)
  return (
    <form
      data-testid="enrol-stranger"
      onSubmit={(event) => {
        event.preventDefault()
        request.mutate({ phone, name: name.trim(), ...(programId === null ? {} : { programId }) })
      }}
    >
      <Stack>
        <div>
          <Title order={2} size="md">
            {till.notFoundTitle}
          </Title>
          <Text c="dimmed" size="sm">
            {words.strangerText}
          </Text>
        </div>
        <TextInput
          label={words.name}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          maxLength={200}
          autoComplete="off"
          required
          data-autofocus
        />
        <ProgramSelect value={programId} onChange={setProgramId} />
        <Button
          type="submit"
          disabled={name.trim() === ''}
          loading={request.isPending}
          leftSection={<IconUserPlus size={18} aria-hidden="true" />}
        >
          {words.ask}
        </Button>
      </Stack>
    </form>
  )
}
