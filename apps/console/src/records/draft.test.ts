import { expect, test } from 'vitest'
import { changesIn, conflictsOf, insisting, shownIn, withField, without, type Draft } from './draft.ts'

type Shop = { name: string; active: boolean; points: number }
const shop: Shop = { name: 'Gold', active: true, points: 5 }

test('what was not touched follows the record; what was is kept, and alone is sent', () => {
  const draft = withField<Shop, 'points'>({}, shop, 'points', 7)
  const renamed = { ...shop, name: 'Silver' }
  expect(shownIn(draft, renamed)).toEqual({ name: 'Silver', active: true, points: 7 })
  expect(changesIn(draft)).toEqual({ points: 7 })
  expect(conflictsOf(draft, renamed)).toEqual([])
})

test('a field that is typed back is no change', () => {
  const once = withField<Shop, 'points'>({}, shop, 'points', 7)
  expect(withField(once, shop, 'points', 5)).toEqual({})
})

test('the same field made something else elsewhere is a conflict, also when typing goes on; made the same, it is none', () => {
  const draft = withField<Shop, 'name'>({}, shop, 'name', 'Mine')
  const theirs = { ...shop, name: 'Theirs' }
  expect(conflictsOf(draft, theirs)).toEqual(['name'])
  expect(conflictsOf(withField(draft, theirs, 'name', 'Mine too'), theirs)).toEqual(['name'])
  expect(conflictsOf(draft, { ...shop, name: 'Mine' })).toEqual([])
})

test('who sees theirs before touching the field answers to it: no conflict', () => {
  const theirs = { ...shop, name: 'Theirs' }
  expect(conflictsOf(withField<Shop, 'name'>({}, theirs, 'name', 'Mine'), theirs)).toEqual([])
})

test('a conflict is settled by taking theirs, or by insisting', () => {
  const draft: Draft<Shop> = withField(withField<Shop, 'name'>({}, shop, 'name', 'Mine'), shop, 'points', 7)
  const theirs = { ...shop, name: 'Theirs' }
  expect(shownIn(without(draft, conflictsOf(draft, theirs)), theirs)).toEqual({ ...theirs, points: 7 })
  const insisted = insisting(draft, theirs)
  expect([conflictsOf(insisted, theirs), changesIn(insisted)]).toEqual([[], { name: 'Mine', points: 7 }])
})
