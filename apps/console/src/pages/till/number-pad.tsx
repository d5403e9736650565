import { IconBackspace } from '@tabler/icons-react'
import { useWords } from '../../language/language.tsx'
import classes from './till.module.css'

const KEYS = ['1', '2', '3', '4', '5', '6', '7', '8', '9'] as const

/** Keys as large as thumbs. `extra` is the key left of 0: + for phones, 00 for points. */
export function NumberPad({
  extra,
  disabled,
  onKey,
  onBackspace,
}: {
  extra: '+' | '00'
  disabled: boolean
  onKey: (key: string) => void
  onBackspace: () => void
}) {
  const words = useWords().till
  return (
    <div className={classes['pad']}>
      {[...KEYS, extra, '0'].map((key) => (
        <button
          key={key}
          type="button"
          className={`${classes['key']} figure`}
          aria-label={words.digit(key)}
          disabled={disabled}
          onClick={() => onKey(key)}
        >
          {key}
        </button>
      ))}
      <button
        type="button"
        className={classes['key']}
        aria-label={words.backspace}
        disabled={disabled}
        onClick={onBackspace}
      >
        <IconBackspace size={26} aria-hidden="true" />
      </button>
    </div>
  )
}
