import { useAdminWords } from '../../language/admin-words.ts'
import { useFormat } from '../../language/language.tsx'
import classes from './health.module.css'
import { SAMPLES_MAX, type Latencies } from './latency.ts'

const WIDTH = 960
const HEIGHT = 220
const LEFT = 64
const BOTTOM = 12
const TOP = 12
/** From what a local network does to what a person calls late; each line is three times the one below. */
const LINES_MS = [3, 10, 30, 100, 300, 1_000, 3_000, 10_000]
/** Beyond this, the screen would not be called live. */
const SLOW_MS = 1_000

/** A dot for each event, the newest on the right; up is slower, in powers. */
export function LatencyChart({ latencies: { samples, medianMs, p95Ms } }: { latencies: Latencies }) {
  const words = useAdminWords().health
  const format = useFormat()
  const worst = Math.max(...samples.map(({ ms }) => ms))
  const lines = LINES_MS.filter((ms, index) => index < 4 || (LINES_MS[index - 1] ?? 0) <= worst)
  const top = lines.at(-1) ?? SLOW_MS
  const y = (ms: number) => HEIGHT - BOTTOM - (logOf(ms) / logOf(top)) * (HEIGHT - BOTTOM - TOP)
  const step = (WIDTH - LEFT - 16) / (SAMPLES_MAX - 1)
  const x = (index: number) => WIDTH - 16 - (samples.length - 1 - index) * step

  return (
    <svg
      className={classes['chart']}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      role="img"
      aria-label={words.chart(
        format.number(samples.length),
        format.number(medianMs),
        format.number(p95Ms),
        format.number(worst),
      )}
    >
      {lines.map((ms) => (
        <g key={ms}>
          <line className={classes['gridline']} x1={LEFT} x2={WIDTH} y1={y(ms)} y2={y(ms)} />
          <text className={`${classes['tick']} figure`} x={LEFT - 10} y={y(ms)} dy="0.35em" textAnchor="end">
            {words.ms(format.number(ms))}
          </text>
        </g>
      ))}
      <line className={classes['median']} x1={LEFT} x2={WIDTH} y1={y(medianMs)} y2={y(medianMs)} />
      {samples.map(({ id, ms, type, at }, index) => (
        <circle key={id} className={classes['dot']} data-slow={ms > SLOW_MS} cx={x(index)} cy={y(ms)} r={5}>
          <title>{`${words.ms(format.number(ms))} · ${type} · ${format.time(new Date(at))}`}</title>
        </circle>
      ))}
    </svg>
  )
}

/** 0 ms sits on the floor. */
const logOf = (ms: number) => Math.log10(1 + Math.max(0, ms))
