import type { ComponentProps } from 'react'
import { ChangeMark } from './change-mark.tsx'
import classes from './line.module.css'

/**
 * One line of a list, not drawn while it is out of sight. A page gives it columns by `--columns` and `--gap`: which stylesheet was
 * loaded first decides nothing then.
 */
export function Line({
  of,
  className = '',
  children,
  ...line
}: ComponentProps<'li'> & {
  /** The record whose changes mark it for a moment. */
  of?: string
}) {
  return (
    <li className={`${classes['line']} ${className}`} {...line}>
      {of !== undefined && <ChangeMark of={of} />}
      {children}
    </li>
  )
}
