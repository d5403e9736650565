import { minorUnits } from '@loyalty-live/events/minor-units'
import type { Dashboard } from '@loyalty-live/client/query'
import { SegmentedControl } from '@mantine/core'
import { IconCoins } from '@tabler/icons-react'
import { useState } from 'react'
import { useDashboardWords } from '../../language/dashboard-words.ts'
import { useFormat } from '../../language/language.tsx'
import { SeriesPanel } from './series-panel.tsx'
import { byUse, stepsOf, type Step } from './steps.ts'
import { useStepWords } from './use-step-words.ts'

/** Revenue over time, of one currency at a time. */
export function RevenuePanel({ dashboard }: { dashboard: Dashboard | null }) {
  const words = useDashboardWords()
  const format = useFormat()
  const stepWords = useStepWords()
  const [chosen, setChosen] = useState<string | null>(null)
  const currencies = byUse(dashboard?.revenue ?? []).map(({ currency }) => currency)
  const currency = currencies.find((each) => each === chosen) ?? currencies[0] ?? null
  const steps = stepsOf(dashboard?.series ?? [], currency)
  const word = (revenueMinor: number) => (currency === null ? '' : format.moneyBrief(revenueMinor, currency))
  const total = steps.reduce((sum, { revenueMinor }) => sum + revenueMinor, 0)
  const best = steps.toSorted((one, other) => other.revenueMinor - one.revenueMinor)[0]
  const title = words.revenueByTime[stepWords.lengthOf(steps)]
  const summary = `${words.total(word(total))}${best ? ` · ${words.best(stepWords.whole(best), word(best.revenueMinor))}` : ''}`

  return (
    <SeriesPanel
      title={title}
      testId="revenue-series"
      actions={
        currencies.length > 1 && (
          <SegmentedControl
            size="xs"
            aria-label={words.currency}
            value={currency ?? ''}
            onChange={setChosen}
            data={currencies}
          />
        )
      }
      columns={
        dashboard &&
        steps.map((step) => ({
          key: `${step.from} ${step.hour}`,
          label: stepWords.short(step),
          value: step.revenueMinor,
        }))
      }
      unit={currency === null ? 1 : minorUnits(currency)}
      wordValue={(value) => (currency === null ? '' : format.moneyAbout(value, currency))}
      label={`${title}: ${summary}`}
      readout={(index) => {
        const step = index === null ? undefined : steps[index]
        return step ? <Readout step={step} /> : summary
      }}
      table={{
        heads: [words.revenue, words.payments],
        rows: steps.map((step) => [stepWords.whole(step), word(step.revenueMinor), format.number(step.payments)]),
      }}
      empty={{ icon: <IconCoins size={28} />, title: words.noRevenue, text: words.noRevenueText }}
    />
  )

  function Readout({ step }: { step: Step }) {
    return (
      <>
        {stepWords.whole(step)} · <strong>{word(step.revenueMinor)}</strong> ·{' '}
        {words.paymentsCount(step.payments, format.number(step.payments))}
      </>
    )
  }
}
