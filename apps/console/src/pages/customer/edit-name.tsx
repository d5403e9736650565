import { ActionIcon, Alert, Button, Group, Stack, TextInput, Title } from '@mantine/core'
import type { CustomerRecord } from '@loyalty-live/client/query'
import { useMutation } from '@tanstack/react-query'
import { IconPencil } from '@tabler/icons-react'
import { useState } from 'react'
import { Refusal } from '../../api/http.ts'
import { useWords } from '../../language/language.tsx'
import { useAfterWrite } from '../../live/use-after-write.ts'
import { useToasts } from '../../parts/toasts.tsx'
import { useSession } from '../../session/use-session.tsx'
import classes from './customer-dialog.module.css'

/** What somebody is typing, and which version of the record they had read when they began. */
type Draft = { readonly name: string; readonly base: { readonly version: number; readonly name: string } }

/** The customer's name, and the form that changes it without overwriting anybody unseen (C1, C2). */
export function EditName({ customer }: { customer: CustomerRecord }) {
  const words = useWords().customer
  const app = useWords().app
  const { ask } = useSession()
  const toasts = useToasts()
  const afterWrite = useAfterWrite()
  const [draft, setDraft] = useState<Draft | null>(null)
  /** The record that the server had when it refused ours; the stream may bring it later than the answer did. */
  const [refusedBy, setRefusedBy] = useState<CustomerRecord | null>(null)

  const save = useMutation({
    mutationFn: ({ name, version }: { name: string; version: number }) =>
      ask<CustomerRecord>(`/api/admin/customers/${customer.id}`, {
        method: 'PATCH',
        body: { displayName: name },
        headers: { 'if-match': `"${version}"` },
      }),
    onSuccess: async () => {
      await afterWrite()
      close()
    },
    onError: (error) => {
      const current = error instanceof Refusal && error.code === 'version-mismatch' ? error.problem['current'] : null
      if (current) setRefusedBy(current as CustomerRecord)
      else toasts.show({ text: error instanceof Refusal ? error.message : words.notSaved, tone: 'bad' })
    },
  })

  function close(): void {
    setDraft(null)
    setRefusedBy(null)
  }

  if (!draft) {
    return (
      <Title order={2} size="lg" className={classes['name']}>
        {customer.displayName}
        <ActionIcon
          variant="subtle"
          aria-label={words.edit}
          onClick={() =>
            setDraft({
              name: customer.displayName,
              base: { version: customer.version, name: customer.displayName },
            })
          }
        >
          <IconPencil size={16} aria-hidden="true" />
        </ActionIcon>
      </Title>
    )
  }

  const now = refusedBy && refusedBy.version > customer.version ? refusedBy : customer
  const renamedMeanwhile = now.displayName !== draft.base.name && now.version > draft.base.version
  const send = (version: number) => save.mutate({ name: draft.name.trim(), version })

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        // What changed elsewhere and was not the name (a VIP mark) is nothing to quarrel about.
        send(renamedMeanwhile ? draft.base.version : now.version)
      }}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return
        event.stopPropagation() // closes the form, not the dialog around it
        close()
      }}
    >
      <Stack gap="xs" mb="xs">
        <Group align="flex-end" gap="xs" wrap="nowrap">
          <TextInput
            className={classes['person']}
            label={words.name}
            value={draft.name}
            onChange={(event) => setDraft({ ...draft, name: event.currentTarget.value })}
            maxLength={200}
            required
            data-autofocus
            autoFocus
          />
          <Button type="submit" loading={save.isPending}>
            {words.save}
          </Button>
          <Button variant="default" onClick={close}>
            {app.cancel}
          </Button>
        </Group>
        {renamedMeanwhile && (
          <Alert
            color="yellow"
            variant="light"
            role="alert"
            title={refusedBy ? words.conflictTitle : words.changedTitle}
            data-testid={refusedBy ? 'conflict' : 'changed-meanwhile'}
          >
            {words.conflictText(now.displayName)}
            <Group mt="sm" gap="xs">
              <Button size="xs" variant="default" onClick={close}>
                {words.useTheirs(now.displayName)}
              </Button>
              <Button size="xs" onClick={() => send(now.version)} disabled={draft.name.trim() === ''}>
                {words.keepMine(draft.name.trim())}
              </Button>
            </Group>
          </Alert>
        )}
      </Stack>
    </form>
  )
}
