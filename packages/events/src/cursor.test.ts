import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cursorText } from './cursor-text.ts'
import { compareCursors, formatCursor, parseCursor, type Cursor } from './cursor.ts'

const cursors: fc.Arbitrary<Cursor> = fc.record({ epoch: fc.maxSafeNat(), seq: fc.maxSafeNat() })

describe('cursor', () => {
  test('every position survives being written and read', () => {
    fc.assert(
      fc.property(cursors, (cursor) => {
        expect(parseCursor(formatCursor(cursor))).toEqual(cursor)
      }),
    )
  })

  test('whatever is read is written the same way: one position has one spelling', () => {
    const digitish = fc.stringMatching(/^[0-9:+\- ]{1,20}$/)
    fc.assert(
      fc.property(fc.oneof(digitish, fc.string()), (text) => {
        const cursor = parseCursor(text)
        if (cursor) expect(formatCursor(cursor)).toBe(text)
      }),
    )
  })

  test.each([
    '',
    '1',
    '1:',
    ':1',
    '01:1',
    '1:01',
    '-1:1',
    '1:-1',
    '1:1.5',
    '1:1 ',
    'a:1',
    '1:1:1',
    '9007199254740992:1',
  ])('refuses %j', (text) => {
    expect(parseCursor(text)).toBeNull()
    expect(cursorText.safeParse(text).success).toBe(false)
  })

  test('orders positions of one epoch by seq, as numbers', () => {
    expect(compareCursors({ epoch: 1, seq: 9 }, { epoch: 1, seq: 10 })).toBeLessThan(0)
    expect(compareCursors({ epoch: 1, seq: 10 }, { epoch: 1, seq: 10 })).toBe(0)
  })

  test('gives no order between epochs', () => {
    expect(compareCursors({ epoch: 1, seq: 9 }, { epoch: 2, seq: 1 })).toBeNull()
  })
})
