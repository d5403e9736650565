import { expect, test } from 'vitest'
import { createWedgeReader } from './wedge.ts'

/** Types a text with a pause between keys, ending with Enter; gives what the reader made of it. */
function type(text: string, betweenMs: number): string | null {
  const read = createWedgeReader()
  let atMs = 1_000
  for (const key of text) expect(read(key, (atMs += betweenMs))).toBe(null)
  return read('Enter', atMs + betweenMs)
}

test('a burst of keys that ends with Enter is a scan', () => {
  expect(type('+447306506797', 4)).toBe('+447306506797')
})

test('a person who types the same is not a scanner', () => {
  expect(type('+447306506797', 90)).toBe(null)
})

test('what a person typed before the scan is no part of it', () => {
  const read = createWedgeReader()
  let atMs = 0
  for (const key of '07') read(key, (atMs += 120))
  atMs += 400
  for (const key of '0730650679') read(key, (atMs += 3))
  expect(read('Enter', atMs + 3)).toBe('0730650679')
})

test('keys that are no characters, such as Shift, do not end up in the code', () => {
  const read = createWedgeReader()
  let atMs = 0
  for (const key of ['Shift', '+', '2', '5', '4', '7', '1', '2']) read(key, (atMs += 3))
  expect(read('Enter', atMs + 3)).toBe('+254712')
})

test('a code without end is not collected without end', () => {
  const read = createWedgeReader()
  for (let index = 0; index < 2_000; index++) read('9', index)
  expect(read('Enter', 2_000)?.length ?? 0).toBeLessThanOrEqual(500)
})
