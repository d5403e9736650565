import { Button } from '@mantine/core'
import { IconCircleCheck } from '@tabler/icons-react'
import type { PointsChange } from '../../api/shapes.ts'
import { useFormat, useWords } from '../../language/language.tsx'
import classes from './till.module.css'

/** What has just happened, large enough to be read at arm's length, by customer and cashier alike. Enter goes on. */
export function Result({
  name,
  change: { pointsChange, balance },
  onNext,
  onAnother,
}: {
  name: string
  change: PointsChange
  onNext: () => void
  onAnother: () => void
}) {
  const words = useWords().till
  const format = useFormat()
  const amount = format.number(Math.abs(pointsChange))
  return (
    <div className={classes['result']} data-testid="result" role="status">
      <IconCircleCheck size={56} stroke={1.5} className={classes['check']} aria-hidden="true" />
      <p className={classes['resultName']}>{name}</p>
      <p className={classes['resultChange']}>{pointsChange < 0 ? words.redeemed(amount) : words.added(amount)}</p>
      <p className={`${classes['resultBalance']} figure`} data-testid="result-balance">
        {format.number(balance)}
      </p>
      <p className={classes['resultWas']}>
        {words.newBalance}, <span className="figure">{words.was(format.number(balance - pointsChange))}</span>
      </p>
      <div className={classes['buttons']}>
        <Button size="xl" fz="lg" variant="default" onClick={onAnother}>
          {words.another}
        </Button>
        <Button size="xl" fz="lg" onClick={onNext} autoFocus>
          {words.nextCustomer}
        </Button>
      </div>
    </div>
  )
}
