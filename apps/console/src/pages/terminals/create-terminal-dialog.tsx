import { Alert, Button, Code, CopyButton, Group, Stack, Text, TextInput } from '@mantine/core'
import { queryKeys } from '@loyalty-live/client/query'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { IconCheck, IconCopy, IconKey } from '@tabler/icons-react'
import { useState } from 'react'
import type { CreatedTerminal } from '../../api/shapes.ts'
import { useAdminWords } from '../../language/admin-words.ts'
import { useWords } from '../../language/language.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { useSession } from '../../session/use-session.tsx'
import { Problem } from '../../parts/problem.tsx'
import classes from './terminals.module.css'

/** Sets up a till. Its key is shown here, once: the server keeps no more than a hash of it. */
export function CreateTerminalDialog({ tenant, onClose }: { tenant: string; onClose: () => void }) {
  const words = useAdminWords().terminals
  const { app } = useWords()
  const { ask } = useSession()
  const queryClient = useQueryClient()
  const [name, setName] = useState('')
  const create = useMutation({
    mutationFn: () => ask<CreatedTerminal>('/api/admin/terminals', { method: 'POST', body: { name: name.trim() } }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: queryKeys.terminals(tenant) }),
    // The key goes when the dialog does.
    gcTime: 0,
  })
  const created = create.data

  return (
    <Dialog
      onClose={onClose}
      title={created ? words.createdTitle(created.name) : words.createTitle}
      // A click beside it, or Escape, must not lose a key that nobody can show again.
      closeOnClickOutside={!created}
      closeOnEscape={!created}
      withCloseButton={!created}
    >
      {created ? (
        <Stack>
          <Alert color="yellow" variant="light" icon={<IconKey size={18} aria-hidden="true" />}>
            {words.keyOnce}
          </Alert>
          <Code block className={classes['key']} data-testid="terminal-key">
            {created.key}
          </Code>
          <Group justify="space-between">
            <CopyButton value={created.key}>
              {({ copied, copy }) => (
                <Button
                  variant="default"
                  data-autofocus
                  leftSection={
                    copied ? <IconCheck size={16} aria-hidden="true" /> : <IconCopy size={16} aria-hidden="true" />
                  }
                  onClick={copy}
                >
                  {copied ? words.copied : words.copy}
                </Button>
              )}
            </CopyButton>
            <Button onClick={onClose}>{words.keyKept}</Button>
          </Group>
        </Stack>
      ) : (
        <form
          onSubmit={(event) => {
            event.preventDefault()
            create.mutate()
          }}
        >
          <Stack>
            <Text c="dimmed">{words.createText}</Text>
            <TextInput
              label={words.name}
              placeholder={words.namePlaceholder}
              value={name}
              onChange={(event) => setName(event.currentTarget.value)}
              maxLength={100}
              required
              data-autofocus
            />
            <Problem error={create.error} />
            <Group justify="flex-end">
              <Button variant="default" onClick={onClose}>
                {app.cancel}
              </Button>
              <Button type="submit" disabled={name.trim() === ''} loading={create.isPending}>
                {words.create}
              </Button>
            </Group>
          </Stack>
        </form>
      )}
    </Dialog>
  )
}
