import { Button, Group, Radio, SimpleGrid, Stack, Switch, TextInput } from '@mantine/core'
import { Refusal } from '../../api/http.ts'
import { useEngagementWords } from '../../language/engagement-words.ts'
import { useWords } from '../../language/language.tsx'
import { Problem } from '../../parts/problem.tsx'
import { PointsInput } from '../../points/points-input.tsx'
import { POINTS_MAX } from '../../points/points-request.ts'
import { ConflictNotice } from '../../records/conflict-notice.tsx'
import type { DraftForm } from '../../records/use-draft.ts'
import type { ProgramFields } from './program-fields.ts'
import classes from './programs.module.css'

const POINTS_PER_UNIT_MAX = 1000

/** What a programme is called and when it gives points, worded for whoever runs the shop. */
export function ProgramForm({
  form,
  isNew,
  wasDefault,
  currency,
  onCancel,
}: {
  form: DraftForm<ProgramFields>
  isNew: boolean
  wasDefault: boolean
  currency: string
  onCancel: () => void
}) {
  const words = useEngagementWords().programs
  const { app } = useWords()
  const { values, set, conflicts } = form
  const labels: Record<keyof ProgramFields, string> = {
    name: words.name,
    active: words.active,
    isDefault: words.makeDefault,
    pointsPerScan: words.pointsPerScan,
    pointsPerCurrencyUnit: words.pointsPerCurrencyUnit(currency),
    welcomeBonus: words.welcomeBonus,
    debtPolicy: words.debt,
  }

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        form.save()
      }}
    >
      <Stack>
        <TextInput
          label={labels.name}
          description={words.nameHint}
          value={values.name}
          onChange={(event) => set('name', event.currentTarget.value)}
          maxLength={100}
          required
          data-autofocus
        />
        <SimpleGrid cols={{ base: 1, xs: 3 }} className={classes['points']}>
          <Points label={labels.pointsPerScan} value={values.pointsPerScan} onChange={(n) => set('pointsPerScan', n)} />
          <Points label={labels.welcomeBonus} value={values.welcomeBonus} onChange={(n) => set('welcomeBonus', n)} />
          <Points
            label={labels.pointsPerCurrencyUnit}
            value={values.pointsPerCurrencyUnit}
            max={POINTS_PER_UNIT_MAX}
            decimals={6}
            onChange={(n) => set('pointsPerCurrencyUnit', n)}
          />
        </SimpleGrid>
        <Radio.Group
          label={labels.debtPolicy}
          value={values.debtPolicy}
          onChange={(policy) => set('debtPolicy', policy === 'allow' ? 'allow' : 'refuse')}
        >
          <Stack gap="xs" mt="xs">
            {(['refuse', 'allow'] as const).map((policy) => (
              <Radio
                key={policy}
                value={policy}
                label={words.debtPolicies[policy].label}
                description={words.debtPolicies[policy].hint}
              />
            ))}
          </Stack>
        </Radio.Group>
        {!isNew && (
          <>
            <Switch
              label={labels.active}
              description={words.activeHint}
              checked={values.active}
              onChange={(event) => set('active', event.currentTarget.checked)}
            />
            <Switch
              label={labels.isDefault}
              description={wasDefault ? words.isDefaultHint : words.makeDefaultHint}
              checked={values.isDefault}
              disabled={wasDefault}
              onChange={(event) => set('isDefault', event.currentTarget.checked)}
            />
          </>
        )}
        <ConflictNotice
          form={form}
          nameOf={(field) => labels[field]}
          wordOf={(_, value) => (value === 'allow' || value === 'refuse' ? words.debtPolicies[value].label : value)}
        />
        <Problem error={isNameTaken(form.error) ? new Error(words.nameTaken) : form.error} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onCancel}>
            {app.cancel}
          </Button>
          <Button
            type="submit"
            loading={form.isSaving}
            disabled={values.name.trim() === '' || !form.isChanged || conflicts.length > 0}
          >
            {isNew ? words.create : words.save}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

function Points({
  label,
  value,
  max = POINTS_MAX,
  decimals = 0,
  onChange,
}: {
  label: string
  value: number
  max?: number
  decimals?: number
  onChange: (value: number) => void
}) {
  return (
    <PointsInput
      label={label}
      value={value}
      // An emptied field is none; what is half typed, such as "0.", is what it begins with.
      onChange={(typed) => onChange(Number(typed) || 0)}
      min={0}
      max={max}
      decimalScale={decimals}
    />
  )
}

const isNameTaken = (error: Error | null) => error instanceof Refusal && error.code === 'name-taken'
