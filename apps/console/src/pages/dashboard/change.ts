/** How a figure compares with the one before. */
export type Change =
  | { readonly kind: 'same' }
  /** There was nothing before: no percentage says how much more it is. */
  | { readonly kind: 'first' }
  /** `share` of the figure before: 0.5 is half as much again. */
  | { readonly kind: 'more' | 'less'; readonly share: number }

export function changeOf(now: number, before: number): Change {
  if (now === before) return { kind: 'same' }
  if (before === 0) return { kind: 'first' }
  return { kind: now > before ? 'more' : 'less', share: Math.abs(now - before) / Math.abs(before) }
}
