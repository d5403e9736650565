import { Button, Group, PasswordInput, Stack, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { providersQuery } from '../../api/money-queries.ts'
import type { PaymentProvider, ProviderName } from '../../api/payment-shapes.ts'
import { useWords } from '../../language/language.tsx'
import { usePaymentWords } from '../../language/payment-words.ts'
import { Dialog } from '../../parts/dialog.tsx'
import { Problem } from '../../parts/problem.tsx'
import { useToasts } from '../../parts/toasts.tsx'
import { useSession } from '../../session/use-session.tsx'

/** What each has to be told; the first that is no secret is shown as it is. */
const FIELDS = {
  paystack: ['secretKey'],
  mpesa: ['shortcode', 'consumerKey', 'consumerSecret', 'passkey', 'callbackSecret'],
} as const satisfies Record<ProviderName, readonly string[]>

/** Sets a provider up, or changes its secrets: what is left empty stays as it is. */
export function ProviderDialog({
  tenant,
  provider: { provider, settings, hints },
  onClose,
}: {
  tenant: string
  provider: PaymentProvider
  onClose: () => void
}) {
  const words = usePaymentWords()
  const { app, money } = useWords()
  const { ask } = useSession()
  const toasts = useToasts()
  const queryClient = useQueryClient()
  const [typed, setTyped] = useState<Readonly<Record<string, string>>>({})
  const given = Object.fromEntries(Object.entries(typed).filter(([, value]) => value !== ''))
  const save = useMutation({
    mutationFn: () => ask(`/api/admin/payment-providers/${provider}`, { method: 'PUT', body: given }),
    async onSuccess() {
      await queryClient.invalidateQueries({ queryKey: providersQuery(ask, tenant).queryKey })
      toasts.show({ text: words.saved(provider), tone: 'good' })
      onClose()
    },
  })

  return (
    <Dialog onClose={onClose} title={money.providers[provider]} data-testid="provider-dialog">
      <form
        autoComplete="off"
        onSubmit={(event) => {
          event.preventDefault()
          save.mutate()
        }}
      >
        <Stack>
          {FIELDS[provider].map((field) => {
            const input = {
              label: words.fields[field],
              description: hintOf(field),
              value: typed[field] ?? '',
              onChange: (event: React.ChangeEvent<HTMLInputElement>) => {
                const { value } = event.currentTarget
                setTyped((before) => ({ ...before, [field]: value.trim() }))
              },
              maxLength: 200,
            }
            return field === 'shortcode' ? (
              <TextInput key={field} {...input} placeholder={settings.shortcode ?? ''} inputMode="numeric" />
            ) : (
              <PasswordInput key={field} {...input} autoComplete="off" />
            )
          })}
          <Problem error={save.error} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {app.cancel}
            </Button>
            <Button type="submit" loading={save.isPending} disabled={Object.keys(given).length === 0}>
              {words.save}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  )

  function hintOf(field: string): string {
    if (field === 'callbackSecret') return words.callbackSecretHint
    if (field === 'shortcode') return ''
    const hint = hints[field]
    return hint === undefined ? words.secretNew : words.secretHint(hint === '' ? '…' : hint)
  }
}
