import fc from 'fast-check'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { decodePageKey, encodePageKey, toPage } from './paging.ts'

const shape = z.tuple([z.union([z.string(), z.number()]), z.string()])

test('a page key survives the way to the client and back', () => {
  const keys = fc.tuple(fc.oneof(fc.string(), fc.double({ noNaN: true, noDefaultInfinity: true })), fc.string())
  fc.assert(
    fc.property(keys, ([value, id]) => {
      // JSON has no negative zero
      const key = [Object.is(value, -0) ? 0 : value, id] as const
      expect(decodePageKey(encodePageKey(key), shape)).toEqual(key)
    }),
  )
})

test('whatever else is sent as a page key is refused by name', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      try {
        expect(shape.safeParse(decodePageKey(text, shape)).success).toBe(true)
      } catch (error) {
        expect(error).toMatchObject({ code: 'invalid-request' })
      }
    }),
  )
})

test('a page is the first rows and where the next one starts, null after the last', () => {
  const rows = [1, 2, 3]
  const page = (limit: number) =>
    toPage(
      rows,
      limit,
      (row) => [row],
      (row) => row * 10,
    )
  expect(page(2)).toEqual({ items: [10, 20], nextCursor: encodePageKey([2]) })
  expect(page(3)).toEqual({ items: [10, 20, 30], nextCursor: null })
  expect(
    toPage(
      [],
      3,
      () => [],
      () => 0,
    ),
  ).toEqual({ items: [], nextCursor: null })
})
