import { ActionIcon, Button, CopyButton, Group, Tooltip } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { IconCheck, IconCopy, IconPlugConnected, IconSettings } from '@tabler/icons-react'
import { useState } from 'react'
import { providersQuery } from '../../api/money-queries.ts'
import type { PaymentProvider } from '../../api/payment-shapes.ts'
import { useWords } from '../../language/language.tsx'
import { usePaymentWords } from '../../language/payment-words.ts'
import { Panel } from '../../parts/panel.tsx'
import { ErrorState, LoadingRows } from '../../parts/states.tsx'
import { Tag } from '../../parts/tag.tsx'
import { useToasts } from '../../parts/toasts.tsx'
import { useSession } from '../../session/use-session.tsx'
import classes from './payments.module.css'
import { ProviderDialog } from './provider-dialog.tsx'

/** How the business is known to providers: set up or not, where they call back, and whether that works. For its owner. */
export function ProvidersPanel({ tenant }: { tenant: string }) {
  const words = usePaymentWords()
  const { ask } = useSession()
  const query = useQuery(providersQuery(ask, tenant))
  const [editing, setEditing] = useState<PaymentProvider | null>(null)
  return (
    <Panel title={words.providers} testId="providers">
      {query.isPending ? (
        <LoadingRows rows={2} heightPx={162} />
      ) : query.isError && !query.data ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : (
        query.data.items.map((provider) => (
          <Provider key={provider.provider} provider={provider} onEdit={() => setEditing(provider)} />
        ))
      )}
      {editing && <ProviderDialog tenant={tenant} provider={editing} onClose={() => setEditing(null)} />}
    </Panel>
  )
}

function Provider({
  provider: { provider, configured, canStart, webhookUrl },
  onEdit,
}: {
  provider: PaymentProvider
  onEdit: () => void
}) {
  const words = usePaymentWords()
  const name = useWords().money.providers[provider]
  const { ask } = useSession()
  const toasts = useToasts()
  const test = useMutation({
    mutationFn: () =>
      ask<{ accepted: boolean; status: number; code: string | null }>(`/api/admin/payment-providers/${provider}/test`, {
        method: 'POST',
      }),
    onSuccess: ({ accepted, status, code }) =>
      toasts.show(
        accepted
          ? { text: words.testOk(name), tone: 'good' }
          : { text: words.testFailed(name, code ?? String(status)), tone: 'bad' },
      ),
    onError: (error) => toasts.show({ text: words.testFailed(name, error.message), tone: 'bad' }),
  })
  const isMasked = webhookUrl.includes('…')

  return (
    <section className={classes['provider']} aria-label={name} data-provider={provider}>
      <header>
        <strong>{name}</strong>
        <Tag tone={configured ? 'good' : 'quiet'}>{configured ? words.configured : words.notConfigured}</Tag>
      </header>
      {configured && !canStart && <span className={classes['small']}>{words.receivesOnly}</span>}
      <span className={classes['url']}>
        <code title={webhookUrl}>{webhookUrl}</code>
        {!isMasked && (
          <CopyButton value={webhookUrl}>
            {({ copied, copy }) => (
              <Tooltip label={copied ? words.copied : words.copy}>
                <ActionIcon variant="subtle" aria-label={`${words.copy}: ${words.webhookUrl} ${name}`} onClick={copy}>
                  {copied ? <IconCheck size={16} aria-hidden="true" /> : <IconCopy size={16} aria-hidden="true" />}
                </ActionIcon>
              </Tooltip>
            )}
          </CopyButton>
        )}
      </span>
      {isMasked && configured && <span className={classes['small']}>{words.secretMasked}</span>}
      <Group gap="xs">
        <Button
          size="xs"
          variant="default"
          aria-label={configured ? words.changeOf(name) : `${words.setUp}: ${name}`}
          leftSection={<IconSettings size={16} aria-hidden="true" />}
          onClick={onEdit}
        >
          {configured ? words.change : words.setUp}
        </Button>
        {configured && (
          <Button
            size="xs"
            variant="default"
            aria-label={`${words.test}: ${name}`}
            leftSection={<IconPlugConnected size={16} aria-hidden="true" />}
            loading={test.isPending}
            onClick={() => test.mutate()}
          >
            {words.test}
          </Button>
        )}
      </Group>
    </section>
  )
}
