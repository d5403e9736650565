import { Skeleton } from '@mantine/core'
import { IconArrowDownRight, IconArrowUpRight, IconEqual } from '@tabler/icons-react'
import { useState, type ReactNode } from 'react'
import { useDashboardWords } from '../../language/dashboard-words.ts'
import { useFormat } from '../../language/language.tsx'
import { Flash } from '../../parts/flash.tsx'
import { changeOf } from './change.ts'
import classes from './tile.module.css'

type Compared = {
  readonly now: number
  readonly before: number
  readonly wordBefore: string
  /** For who cannot see which period is chosen. */
  readonly wordInFull: string
}

export type TileProps = {
  label: string
  /** The figure as it is written; it is marked for a moment when it changes while it is looked at. */
  figure: string
  change: Compared | null
  children?: ReactNode
  testId: string
}

/** One figure: how large it is, how it compares, and what it is made of. */
export function Tile({ label, figure, change, children, testId }: TileProps) {
  const changes = useChanges(figure)
  return (
    <li className={classes['tile']} data-testid={testId}>
      {changes > 0 && <Flash key={changes} />}
      <span className={classes['label']}>{label}</span>
      <strong
        className={`${classes['figure']} figure`}
        style={{ '--length': figure.length } as React.CSSProperties}
        data-testid={`${testId}-figure`}
      >
        {figure}
      </strong>
      {change && <Comparison {...change} />}
      <span className={`${classes['detail']} figure`}>{children}</span>
    </li>
  )
}

/** The place of a tile whose figure is on its way, as high as it will be. */
export function LoadingTile({ label }: { label: string }) {
  return (
    <li className={classes['tile']}>
      <span className={classes['label']}>{label}</span>
      <span className={classes['figure']} style={{ '--length': 1 } as React.CSSProperties}>
        <Skeleton height="0.7em" width="60%" />
      </span>
      <span className={classes['change']}>
        <Skeleton height="0.7em" width="80%" />
      </span>
      <span className={classes['detail']}>
        <Skeleton height="0.7em" width="70%" />
      </span>
    </li>
  )
}

function Comparison({ now, before, wordBefore, wordInFull }: Compared) {
  const words = useDashboardWords()
  const format = useFormat()
  const change = changeOf(now, before)
  switch (change.kind) {
    case 'same':
      return said(<IconEqual size={15} aria-hidden="true" />, words.same)
    case 'first':
      return said(<IconArrowUpRight size={15} aria-hidden="true" />, words.first, 'more')
    case 'more':
      return said(<IconArrowUpRight size={15} aria-hidden="true" />, words.more(format.percent(change.share)), 'more')
    case 'less':
      return said(<IconArrowDownRight size={15} aria-hidden="true" />, words.less(format.percent(change.share)), 'less')
    default:
      return change satisfies never
  }

  function said(sign: ReactNode, text: string, direction?: 'more' | 'less') {
    return (
      <span className={`${classes['change']} figure`}>
        <span className={classes['direction']} data-direction={direction}>
          {sign} {text}
        </span>
        {/* What is as before, or had nothing before, has said it. */}
        {now !== before && before !== 0 && (
          <span className={classes['before']} title={wordInFull} aria-hidden="true">
            {wordBefore}
          </span>
        )}
        <span className="visually-hidden">{wordInFull}</span>
      </span>
    )
  }
}

/** How often a value has become another one. */
function useChanges(value: string): number {
  const [seen, setSeen] = useState({ value, changes: 0 })
  if (seen.value !== value) setSeen({ value, changes: seen.changes + 1 })
  return seen.changes
}
