import type { ReactNode } from 'react'
import { useWords } from '../words/language.tsx'
import { Button } from './button.tsx'
import { Icon, type IconName } from './icon.tsx'
import classes from './states.module.css'

/** What stands where there is nothing to show. */
export function Empty({ title, icon, children }: { title: string; icon?: IconName; children?: ReactNode }) {
  return (
    <div className={classes['state']}>
      {icon && (
        <span className={classes['sign']}>
          <Icon name={icon} size={28} />
        </span>
      )}
      <h2>{title}</h2>
      {children}
    </div>
  )
}

/** The server has not answered, and there is nothing older to show. */
export function Trouble({ onRetry }: { onRetry: () => void }) {
  const words = useWords().app
  return (
    <div className={classes['state']} role="alert">
      <span className={classes['sign']}>
        <Icon name="cloudOff" size={28} />
      </span>
      <h2>{words.noAnswer}</h2>
      <Button onClick={onRetry}>{words.tryAgain}</Button>
    </div>
  )
}

/** The place of what is on its way, as high as it will be. */
export function Waiting({ rows, heightPx }: { rows: number; heightPx: number }) {
  const words = useWords().app
  return (
    <div className={classes['waiting']} role="status" aria-label={words.loading}>
      {Array.from({ length: rows }, (_, index) => (
        <span key={index} className={classes['bone']} style={{ height: heightPx }} />
      ))}
    </div>
  )
}
