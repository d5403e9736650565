import type { ReactNode } from 'react'
import classes from './tag.module.css'

export type Tone = 'good' | 'open' | 'bad' | 'quiet'

/** In which state something is, in a word; the colour only says it again. */
export function Tag({ tone, children }: { tone: Tone; children: ReactNode }) {
  return (
    <span className={classes['tag']} data-tone={tone}>
      {children}
    </span>
  )
}
