import { expect, test } from 'vitest'
import { createSeats } from './seats.ts'

test('the server has so many seats, and each tenant so many of them', () => {
  const seats = createSeats({ max: 3, tenantMax: 2 })
  const first = seats.take('a')
  expect(seats.take('a')).not.toBeNull()
  expect(seats.take('a')).toBeNull()
  expect(seats.take(null)).not.toBeNull()
  expect(seats.take('b')).toBeNull()
  first!()
  expect(seats.take('b')).not.toBeNull()
  expect(seats.take(null)).toBeNull()
})
