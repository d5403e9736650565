import { useFormat } from '../language/language.tsx'
import classes from './week-table.module.css'

export type WeekTableProps = {
  readonly label: string
  /** By weekday, 1 is Monday, and hour; what is not there is nothing. */
  readonly cells: readonly { readonly weekday: number; readonly hour: number; readonly count: number }[]
  readonly wordCount: (count: number) => string
}

const HOURS = Array.from({ length: 24 }, (_, hour) => hour)
const WEEKDAYS = [1, 2, 3, 4, 5, 6, 7]
const NAMED_EVERY = 3

/** How much happens in each hour of the week: a table, with colours for who can see them. */
export function WeekTable({ label, cells, wordCount }: WeekTableProps) {
  const format = useFormat()
  const counts = new Map(cells.map(({ weekday, hour, count }) => [weekday * 24 + hour, count]))
  const most = Math.max(1, ...counts.values())
  return (
    <table className={classes['week']} aria-label={label}>
      <thead>
        <tr>
          <td />
          {HOURS.map((hour) => (
            <th key={hour} scope="col" className="figure">
              <span className={hour % NAMED_EVERY === 0 ? classes['hour'] : 'visually-hidden'}>
                {String(hour).padStart(2, '0')}
              </span>
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {WEEKDAYS.map((weekday) => (
          <tr key={weekday}>
            <th scope="row">{format.weekday(weekday)}</th>
            {HOURS.map((hour) => {
              const count = counts.get(weekday * 24 + hour) ?? 0
              const share = count === 0 ? 0 : 14 + (count / most) * 86
              return (
                <td key={hour} title={`${format.weekday(weekday)} ${format.hour(hour)} · ${wordCount(count)}`}>
                  <i style={{ '--share': `${share}%` } as React.CSSProperties} />
                  <span className="visually-hidden">{format.number(count)}</span>
                </td>
              )
            })}
          </tr>
        ))}
      </tbody>
    </table>
  )
}
