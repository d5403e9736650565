import classes from './initials.module.css'

/** Somebody's initials, beside their name: decoration, so that the eye finds the row again. */
export function Initials({ name, large = false }: { name: string; large?: boolean }) {
  const words = name.split(/\s+/).filter(Boolean)
  const ends = words.length > 1 ? [words[0], words.at(-1)] : [words[0]]
  const letters = ends.map((word) => Array.from(word ?? '')[0]?.toUpperCase()).join('')
  return (
    <span className={classes['initials']} data-large={large || undefined} aria-hidden="true">
      {letters}
    </span>
  )
}
