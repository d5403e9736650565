import type { Activity, FieldChange } from '@loyalty-live/events/activity'
import { useAdminWords } from '../../language/admin-words.ts'
import { useFormat } from '../../language/language.tsx'
import classes from './activity.module.css'

/** What it was, and what it is now. */
export function BeforeAfter({ item }: { item: Activity }) {
  const words = useAdminWords().activity
  const format = useFormat()
  const { pointsChange, balanceBefore, balanceAfter, changes } = item

  if (pointsChange !== null && balanceBefore !== null && balanceAfter !== null) {
    return (
      <span className={`${classes['change']} figure`} data-testid="before-after">
        <span className={classes['points']} data-gain={pointsChange >= 0}>
          {format.signed(pointsChange)}
        </span>
        <Step from={format.number(balanceBefore)} to={format.number(balanceAfter)} />
      </span>
    )
  }
  const first = changes.find(({ from }) => from !== null)
  if (!first) return <span />
  return (
    <span className={classes['change']} data-testid="before-after">
      <Step from={valueOf(first.from)} to={valueOf(first.to)} />
    </span>
  )

  function valueOf(value: FieldChange['from']): string {
    if (typeof value === 'number') return format.number(value)
    if (typeof value === 'boolean') return value ? words.yes : words.no
    const known: Readonly<Record<string, string>> = words.statuses
    return value === null ? '–' : (known[value] ?? value)
  }
}

function Step({ from, to }: { from: string; to: string }) {
  const words = useAdminWords().activity
  return (
    <span className={classes['step']}>
      <span className="visually-hidden">{words.before} </span>
      <span className={classes['from']}>{from}</span>
      <span aria-hidden="true"> → </span>
      <span className="visually-hidden">, {words.after} </span>
      <span>{to}</span>
    </span>
  )
}
