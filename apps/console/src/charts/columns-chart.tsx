import { useState, type ReactNode } from 'react'
import { axisOf, labelled } from './axis.ts'
import classes from './columns-chart.module.css'

export type Column = {
  readonly key: string
  /** Below the axis, where there is room. */
  readonly label: string
  /** Upwards; below nothing, downwards. */
  readonly value: number
  /** Beside it, downwards: what went out where `value` came in. */
  readonly opposite?: number
}

export type ColumnsChartProps = {
  readonly columns: readonly Column[]
  /** The smallest step of the axis. */
  readonly unit?: number
  readonly wordValue: (value: number) => string
  /** All of it in a sentence, for who cannot see it. */
  readonly label: string
  /** What is said of a column that is pointed at; null: of all of them. */
  readonly readout: (index: number | null) => ReactNode
}

const LABELS_MAX = 7

/** A column for each step of time. What the pointer is on is said above, where it hides nothing. */
export function ColumnsChart({ columns, unit = 1, wordValue, label, readout }: ColumnsChartProps) {
  const [pointed, setPointed] = useState<string | null>(null)
  const found = columns.findIndex(({ key }) => key === pointed)
  const { low, high, ticks } = axisOf(
    columns.flatMap(({ value, opposite = 0 }) => [value, -opposite]),
    unit,
  )
  const heightOf = (value: number) => `${(value / (high - low)) * 100}%`
  const named = new Set(labelled(columns.length, LABELS_MAX))

  return (
    <div className={classes['chart']}>
      <p className={`${classes['readout']} figure`} aria-hidden="true">
        {readout(found === -1 ? null : found)}
      </p>
      <div className={classes['plot']} role="img" aria-label={label}>
        <div className={`${classes['axis']} figure`}>
          {ticks.map((tick) => (
            <span key={tick} style={{ bottom: heightOf(tick - low) }}>
              {wordValue(tick)}
            </span>
          ))}
          {/* Holds the room that the widest of them needs. */}
          <span className={classes['widest']}>{longest(ticks.map(wordValue))}</span>
        </div>
        <div className={classes['columns']} onPointerLeave={() => setPointed(null)}>
          {ticks.map((tick) => (
            <i
              key={tick}
              className={classes['line']}
              data-zero={tick === 0 || undefined}
              style={{ bottom: heightOf(tick - low) }}
            />
          ))}
          {columns.map(({ key, label: name, value, opposite = 0 }, index) => (
            <div
              key={key}
              className={classes['column']}
              data-pointed={found === index || undefined}
              onPointerEnter={() => setPointed(key)}
            >
              <i
                className={classes['bar']}
                data-down={value < 0 || undefined}
                style={{ bottom: heightOf(Math.min(0, value) - low), height: heightOf(Math.abs(value)) }}
              />
              <i
                className={classes['bar']}
                data-down
                data-opposite
                style={{ bottom: heightOf(-opposite - low), height: heightOf(opposite) }}
              />
              {named.has(index) && <span className={`${classes['name']} figure`}>{name}</span>}
            </div>
          ))}
        </div>
      </div>
    </div>
  )
}

const longest = (texts: readonly string[]) => texts.toSorted((one, other) => other.length - one.length)[0]
