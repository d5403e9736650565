import type { ButtonHTMLAttributes } from 'react'
import classes from './button.module.css'

export type ButtonProps = ButtonHTMLAttributes<HTMLButtonElement> & {
  kind?: 'primary' | 'plain' | 'quiet'
  size?: 'normal' | 'small'
  /** At work on the last click: keeps its place and the focus, and does nothing. */
  busy?: boolean
}

export function Button({ kind = 'plain', size = 'normal', busy = false, onClick, ...button }: ButtonProps) {
  return (
    <button
      type="button"
      {...button}
      className={classes['button']}
      data-kind={kind}
      data-size={size}
      aria-disabled={busy || undefined}
      onClick={(event) => {
        if (busy) event.preventDefault()
        else onClick?.(event)
      }}
    />
  )
}

/** A button that is a sign; `label` says what it does. */
export function IconButton({ label, ...button }: ButtonHTMLAttributes<HTMLButtonElement> & { label: string }) {
  return <button type="button" {...button} className={classes['icon']} aria-label={label} title={label} />
}
