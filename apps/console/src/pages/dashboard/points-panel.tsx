import type { Dashboard } from '@loyalty-live/client/query'
import { IconGift } from '@tabler/icons-react'
import { useDashboardWords } from '../../language/dashboard-words.ts'
import { useFormat } from '../../language/language.tsx'
import classes from './dashboard.module.css'
import { SeriesPanel } from './series-panel.tsx'
import { stepsOf } from './steps.ts'
import { useStepWords } from './use-step-words.ts'

/** Points over time: issued upwards, redeemed downwards. */
export function PointsPanel({ dashboard }: { dashboard: Dashboard | null }) {
  const words = useDashboardWords()
  const format = useFormat()
  const stepWords = useStepWords()
  const steps = stepsOf(dashboard?.series ?? [], null)
  const title = words.pointsByTime[stepWords.lengthOf(steps)]
  const sums = {
    issued: steps.reduce((sum, { issued }) => sum + issued, 0),
    redeemed: steps.reduce((sum, { redeemed }) => sum + redeemed, 0),
  }
  const word = ({ issued, redeemed }: { issued: number; redeemed: number }) =>
    [words.issuedCount(format.number(issued)), words.redeemedCount(format.number(redeemed))] as const

  return (
    <SeriesPanel
      title={title}
      testId="points-series"
      columns={
        dashboard &&
        steps.map((step) => ({
          key: `${step.from} ${step.hour}`,
          label: stepWords.short(step),
          value: step.issued,
          opposite: step.redeemed,
        }))
      }
      wordValue={(value) => format.numberAbout(Math.abs(value))}
      label={`${title}: ${word(sums).join(' · ')}`}
      readout={(index) => {
        const step = index === null ? undefined : steps[index]
        const [issued, redeemed] = word(step ?? sums)
        return (
          <>
            {step && `${stepWords.whole(step)} · `}
            <i className={classes['swatch']} /> {issued} · <i className={classes['swatch']} data-opposite /> {redeemed}
          </>
        )
      }}
      table={{
        heads: [words.issued, words.redeemed],
        rows: steps.map((step) => [stepWords.whole(step), format.number(step.issued), format.number(step.redeemed)]),
      }}
      empty={{ icon: <IconGift size={28} />, title: words.noPoints, text: words.noPointsText }}
    />
  )
}
