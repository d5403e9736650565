import { expect, test } from 'vitest'
import { axisOf, labelled } from './axis.ts'

test.each([
  [[3, 17, 9], 1, [0, 5, 10, 15, 20]],
  [[1], 1, [0, 1]],
  [[2, 3], 1, [0, 1, 2, 3]],
  // In minor units: whole pounds.
  [[12_000, 150], 100, [0, 5_000, 10_000, 15_000]],
  [[99], 100, [0, 100]],
])('the axis of %j in steps of %i', (values, unit, ticks) => {
  const axis = axisOf(values, unit)
  expect(axis.ticks).toEqual(ticks)
  expect([axis.low, axis.high]).toEqual([ticks[0], ticks.at(-1)])
})

test('what goes down takes the room that it needs, with round numbers where they are', () => {
  expect(axisOf([-300, 900])).toEqual({ low: -300, high: 1_000, ticks: [0, 500, 1_000] })
  expect(axisOf([-40])).toEqual({ low: -40, high: 0, ticks: [-40, -30, -20, -10, 0] })
})

test('where there is nothing, nothing is what the axis says', () => {
  expect(axisOf([0, 0])).toEqual({ low: 0, high: 1, ticks: [0] })
  expect(axisOf([])).toEqual({ low: 0, high: 1, ticks: [0] })
})

test('names below the axis: evenly, the last always, not more than fit', () => {
  expect(labelled(7, 7)).toEqual([0, 1, 2, 3, 4, 5, 6])
  expect(labelled(24, 6)).toEqual([3, 7, 11, 15, 19, 23])
  expect(labelled(30, 6)).toEqual([4, 9, 14, 19, 24, 29])
  expect(labelled(0, 6)).toEqual([])
})
