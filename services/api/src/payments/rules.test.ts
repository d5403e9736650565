import { describe, expect, test } from 'vitest'
import type { Asked, ChargeFact } from './provider.ts'
import { giveUp } from './rules.ts'

const created = new Date('2026-03-01T12:00:00Z')
const after = (minutes: number) => new Date(created.getTime() + minutes * 60_000)
const fact: Asked = { kind: 'fact', fact: {} as ChargeFact }

describe('a payment that stays open is given up', () => {
  test.each<[Asked | null, number, ReturnType<typeof giveUp>]>([
    [{ kind: 'open' }, 1, null],
    [{ kind: 'open' }, 72 * 60, null],
    [{ kind: 'open' }, 72 * 60 + 1, 'abandoned'],
    [{ kind: 'absent' }, 15, null],
    [{ kind: 'absent' }, 16, 'never-started'],
    [{ kind: 'absent' }, 100 * 60, 'never-started'],
    [{ kind: 'left' }, 24 * 60, null],
    [{ kind: 'left' }, 24 * 60 + 1, 'abandoned'],
    [null, 72 * 60, null],
    [null, 72 * 60 + 1, 'abandoned'],
    [fact, 1, null],
    [fact, 1000 * 60, null],
  ])('%j after %i minutes: %s', (asked, minutes, expected) => {
    expect(giveUp(asked, created, after(minutes))).toBe(expected)
  })
})
