import { useQueryClient, type UseQueryResult } from '@tanstack/react-query'
import { settingsQuery } from '../../api/engagement-queries.ts'
import type { Settings } from '../../api/shapes.ts'
import { useEngagementWords } from '../../language/engagement-words.ts'
import { Panel } from '../../parts/panel.tsx'
import { ErrorState, LoadingRows } from '../../parts/states.tsx'
import { useToasts } from '../../parts/toasts.tsx'
import { useDraft } from '../../records/use-draft.ts'
import { useSession } from '../../session/use-session.tsx'
import classes from './programs.module.css'
import { SettingsForm } from './settings-form.tsx'

/** How the business works. An owner changes it, an admin sees it. */
export function SettingsPanel({
  settings,
  tenant,
  mayChange,
}: {
  settings: UseQueryResult<Settings>
  tenant: string
  mayChange: boolean
}) {
  const words = useEngagementWords().settings
  return (
    <Panel title={words.title} testId="settings">
      {settings.data ? (
        <div className={classes['settings']}>
          <EditSettings settings={settings.data} tenant={tenant} mayChange={mayChange} />
        </div>
      ) : settings.isError ? (
        <ErrorState error={settings.error} onRetry={() => void settings.refetch()} />
      ) : (
        <LoadingRows rows={4} heightPx={72} />
      )}
    </Panel>
  )
}

function EditSettings({ settings, tenant, mayChange }: { settings: Settings; tenant: string; mayChange: boolean }) {
  const words = useEngagementWords().settings
  const { ask } = useSession()
  const queryClient = useQueryClient()
  const toasts = useToasts()
  const form = useDraft({
    record: settings,
    fieldsOf: ({ name, defaultCountry, currency, timeZone, adjustmentsNeedApproval }: Settings) => ({
      name,
      defaultCountry,
      currency,
      timeZone,
      adjustmentsNeedApproval,
    }),
    async send(body, version) {
      const headers = { 'if-match': `"${version}"` }
      const saved = await ask<Settings>('/api/admin/settings', { method: 'PATCH', body, headers })
      const { queryKey } = settingsQuery(ask, tenant)
      // An answer that is on its way may be of before.
      await queryClient.cancelQueries({ queryKey })
      queryClient.setQueryData(queryKey, saved)
    },
    onSaved: () => toasts.show({ text: words.saved, tone: 'good' }),
  })
  return <SettingsForm form={form} mayChange={mayChange} />
}
