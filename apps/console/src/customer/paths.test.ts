import { expect, test } from 'vitest'
import { sideOf } from '../worker/shell.ts'
import { paths, placeOf } from './paths.tsx'

const CARD = '0199f000-0000-7000-8000-00000000ffff'

test.each([
  [paths.cards, { at: 'cards', cardId: null }],
  [paths.card(CARD), { at: 'cards', cardId: CARD }],
  [`${paths.notifications}/`, { at: 'notifications' }],
  [paths.qr, { at: 'qr' }],
  [paths.signIn, { at: 'sign-in' }],
] as const)('%s is a place of customers, and of their side', (path, place) => {
  expect(placeOf(path)).toEqual(place)
  expect(sideOf(path)).toBe('customer')
})

test('what is no card of theirs is nowhere', () => {
  expect(placeOf('/cards/none')).toEqual({ at: 'nowhere' })
})
