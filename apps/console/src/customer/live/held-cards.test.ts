import type { StreamEvent } from '@loyalty-live/events'
import { describe, expect, test } from 'vitest'
import type { Card, Cards } from '../shapes.ts'
import { takeCards, takeChange } from './held-cards.ts'

const CARD = '0199f000-0000-7000-8000-000000000001'

const cardAt = (version: number, balance = version * 10): Card => ({
  id: CARD,
  tenant: 'demo',
  tenantName: 'Harbour Kitchen',
  programId: CARD,
  programName: 'Points',
  balance,
  earned: balance,
  redeemed: 0,
  version,
})

const snapshot = (version: number, epoch = 1): Cards => ({
  items: [cardAt(version)],
  cursors: { demo: `${epoch}:${version}` },
})

const change = (version: number, epoch = 1, cardId = CARD) =>
  ({
    tenant: 'demo',
    epoch,
    data: {
      cardId,
      cardVersion: version,
      newBalance: version * 10,
      totalPointsEarned: version * 10,
      totalPointsRedeemed: 0,
    },
  }) as StreamEvent<'loyalty_updated'>

const versionsOf = ({ items }: Cards) => items.map(({ version }) => version)

describe('a change', () => {
  test('that is newer is shown; one that is older, or the same again, is not', () => {
    const held = snapshot(5)
    expect(takeChange(held, change(6))!.items).toEqual([cardAt(6)])
    expect(takeChange(held, change(5))).toBe(held)
    expect(takeChange(held, change(4))).toBe(held)
  })

  test('of a card that nobody has read, or of another history, is for a snapshot to tell', () => {
    expect(takeChange(snapshot(5), change(1, 1, '0199f000-0000-7000-8000-000000000002'))).toBeNull()
    expect(takeChange(snapshot(5), change(3, 2))).toBeNull()
  })

  test('of a history that is over is nothing', () => {
    const held = snapshot(3, 2)
    expect(takeChange(held, change(9, 1))).toBe(held)
  })
})

describe('a snapshot', () => {
  test('that was read before a change leaves the change', () => {
    const held = takeChange(snapshot(5), change(7))!
    expect(versionsOf(takeCards(held, snapshot(6)))).toEqual([7])
    expect(versionsOf(takeCards(held, snapshot(8)))).toEqual([8])
  })

  test('of a restored database counts, though its versions are lower; one of before does not count again', () => {
    const restored = takeCards(snapshot(9, 1), snapshot(4, 2))
    expect(versionsOf(restored)).toEqual([4])
    expect(takeChange(restored, change(5, 2))!.items).toEqual([cardAt(5)])
    expect(takeCards(restored, snapshot(3, 1)).cursors).toEqual({ demo: '2:4' })
  })

  test('has the cards that there are', () => {
    expect(versionsOf(takeCards(null, snapshot(2)))).toEqual([2])
    expect(takeCards({ items: [], cursors: {} }, snapshot(2)).items).toEqual([cardAt(2)])
  })
})
