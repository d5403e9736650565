import type { ReactNode } from 'react'
import classes from './columns.module.css'

/** Two panels side by side, each scrolling by itself; on a phone one follows the other, and the page scrolls. */
export function Columns({ children }: { children: ReactNode }) {
  return <div className={classes['columns']}>{children}</div>
}
