import { Alert, Button, Group, Text } from '@mantine/core'
import { useFormat } from '../language/language.tsx'
import { useEngagementWords } from '../language/engagement-words.ts'
import type { Fields } from './draft.ts'
import type { DraftForm } from './use-draft.ts'

/** What somebody else has made of the fields that are being changed here, and the choice (C1, C2). */
export function ConflictNotice<F extends Fields>({
  form,
  nameOf,
  wordOf = (_, value) => value,
}: {
  form: DraftForm<F>
  /** How the form calls a field. */
  nameOf: (field: keyof F & string) => string
  /** How the form says a value that is a word of the API. */
  wordOf?: (field: keyof F & string, value: F[keyof F]) => F[keyof F] | string
}) {
  const words = useEngagementWords().draft
  const format = useFormat()
  const { conflicts, isRefused, isSaving, takeTheirs, keepMine } = form
  if (conflicts.length === 0) return null

  function say(value: string | number | boolean): string {
    if (typeof value === 'boolean') return value ? words.on : words.off
    return typeof value === 'number' ? format.number(value) : value
  }

  return (
    <Alert
      color="yellow"
      variant="light"
      role="alert"
      title={isRefused ? words.conflictTitle : words.changedTitle}
      data-testid={isRefused ? 'conflict' : 'changed-meanwhile'}
    >
      {conflicts.map(({ field, theirs }) => (
        <Text key={field} size="sm">
          {words.theirs(nameOf(field), say(wordOf(field, theirs)))}
        </Text>
      ))}
      <Group mt="sm" gap="xs">
        <Button size="xs" variant="default" onClick={takeTheirs}>
          {words.useTheirs}
        </Button>
        <Button size="xs" onClick={keepMine} loading={isSaving}>
          {words.keepMine}
        </Button>
      </Group>
    </Alert>
  )
}
