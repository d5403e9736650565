import classes from './flash.module.css'

/**
 * Marks what has just changed, behind the content of the line that it is in. That line has to be positioned, and a stacking
 * context of its own. Give it another `key` for another change: it fades again from the start.
 */
export function Flash() {
  return <span className={classes['flash']} aria-hidden="true" />
}
