import type { Breach } from './breach.ts'

export type Answer = { readonly status: number; readonly text: string }

/** Under one key everybody is answered the same, byte for byte, at once or much later. */
export function compareAnswers(key: string, first: Answer, again: Answer): Breach[] {
  if (first.status === again.status && first.text === again.text) return []
  const [a, b] = [first, again].map(({ status, text }) => `${status} ${text}`)
  return [{ kind: 'wrong', detail: `key ${key} was answered ${a}, and later ${b}` }]
}
