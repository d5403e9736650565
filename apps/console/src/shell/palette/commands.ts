import type { ComponentType } from 'react'

/** Something that the palette offers. */
export type Command = {
  readonly id: string
  readonly group: CommandGroup
  readonly label: string
  /** Said beside the label; found by as well. */
  readonly detail?: string
  readonly icon: ComponentType<{ size?: number; 'aria-hidden'?: 'true' }>
  run(): void
}

type CommandGroup = 'pages' | 'actions' | 'customers'

/**
 * The commands that fit what was typed, the best first: each word of it begins a word of theirs, or is at least in it. Accents and
 * case make no difference. Nothing typed: all of them, as they are.
 */
export function matching(commands: readonly Command[], typed: string): readonly Command[] {
  const wanted = wordsOf(typed)
  if (wanted.length === 0) return commands
  return commands
    .map((command) => ({ command, fit: fitOf(plain(`${command.label} ${command.detail ?? ''}`), wanted) }))
    .filter(({ fit }) => fit > 0)
    .toSorted((a, b) => b.fit - a.fit)
    .map(({ command }) => command)
}

/** 2: every wanted word begins one; 1: every one is in it; 0: not all are. */
function fitOf(text: string, wanted: readonly string[]): 0 | 1 | 2 {
  if (wanted.every((word) => ` ${text}`.includes(` ${word}`))) return 2
  return wanted.every((word) => text.includes(word)) ? 1 : 0
}

const wordsOf = (text: string) => plain(text).split(' ').filter(Boolean)

const plain = (text: string) =>
  text
    .normalize('NFD')
    .replaceAll(/\p{Diacritic}/gu, '')
    .toLowerCase()
    .replaceAll(/[^\p{Letter}\p{Number}]+/gu, ' ')
    .trim()
