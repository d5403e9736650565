import { Button, Group, Select, Stack, Switch, Text, TextInput } from '@mantine/core'
import { useMemo } from 'react'
import { useEngagementWords } from '../../language/engagement-words.ts'
import { useLanguage } from '../../language/language.tsx'
import { Problem } from '../../parts/problem.tsx'
import { ConflictNotice } from '../../records/conflict-notice.tsx'
import type { DraftForm } from '../../records/use-draft.ts'
import type { Settings } from '../../api/shapes.ts'
import { COUNTRIES } from './countries.ts'

type SettingsFields = Omit<Settings, 'version'>

/** Name, country, currency, and whether customers approve corrections by hand. */
export function SettingsForm({ form, mayChange }: { form: DraftForm<SettingsFields>; mayChange: boolean }) {
  const words = useEngagementWords().settings
  const countries = useCodes('region', COUNTRIES)
  const currencies = useCodes('currency', CURRENCIES)
  const { values, set, conflicts } = form
  const labels: Record<keyof SettingsFields, string> = {
    name: words.name,
    defaultCountry: words.country,
    currency: words.currency,
    timeZone: words.timeZone,
    adjustmentsNeedApproval: words.approval,
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        form.save()
      }}
    >
      <Stack gap="lg">
        {!mayChange && <Text c="dimmed">{words.readOnly}</Text>}
        <Switch
          label={labels.adjustmentsNeedApproval}
          description={words.approvalHint}
          checked={values.adjustmentsNeedApproval}
          disabled={!mayChange}
          onChange={(event) => set('adjustmentsNeedApproval', event.currentTarget.checked)}
        />
        <TextInput
          label={labels.name}
          description={words.nameHint}
          value={values.name}
          onChange={(event) => set('name', event.currentTarget.value)}
          maxLength={100}
          required
          disabled={!mayChange}
        />
        <Select
          label={labels.defaultCountry}
          description={words.countryHint}
          value={values.defaultCountry}
          onChange={(code) => code !== null && set('defaultCountry', code)}
          data={countries}
          searchable
          allowDeselect={false}
          disabled={!mayChange}
        />
        <Select
          label={labels.currency}
          description={words.currencyHint}
          value={values.currency}
          onChange={(code) => code !== null && set('currency', code)}
          data={currencies}
          searchable
          allowDeselect={false}
          disabled={!mayChange}
        />
        <Select
          label={labels.timeZone}
          description={words.timeZoneHint}
          value={values.timeZone}
          onChange={(name) => name !== null && set('timeZone', name)}
          data={TIME_ZONES}
          searchable
          limit={100}
          allowDeselect={false}
          disabled={!mayChange}
        />
        <ConflictNotice form={form} nameOf={(field) => labels[field]} />
        <Problem error={form.error} />
        {mayChange && (
          <Group justify="flex-end">
            <Button
              type="submit"
              loading={form.isSaving}
              disabled={!form.isChanged || values.name.trim() === '' || conflicts.length > 0}
            >
              {words.save}
            </Button>
          </Group>
        )}
      </Stack>
    </form>
  )
}

const TIME_ZONES = ['UTC', ...Intl.supportedValuesOf('timeZone')]
const CURRENCIES: readonly string[] = Intl.supportedValuesOf('currency')

/** Codes under the names that the language has for them, in its order. */
function useCodes(type: 'region' | 'currency', codes: readonly string[]): { value: string; label: string }[] {
  const { code: language } = useLanguage()
  return useMemo(() => {
    const names = new Intl.DisplayNames(language, { type })
    const labelOf = (code: string) => (type === 'currency' ? `${code} – ${names.of(code)}` : (names.of(code) ?? code))
    return codes
      .map((value) => ({ value, label: labelOf(value) }))
      .toSorted((a, b) => a.label.localeCompare(b.label, language))
  }, [type, codes, language])
}
