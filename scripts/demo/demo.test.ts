import { parsePhoneNumberFromString } from 'libphonenumber-js'
import { expect, test } from 'vitest'
import { Random } from '../random.ts'
import { planVisits } from './histories.ts'
import { planBookings, planPayments } from './money.ts'
import { makePeople } from './people.ts'

test('people have names and valid phones of their own, the same for the same seed', () => {
  const people = makePeople(new Random(1), 500)
  expect(new Set(people.map(({ name }) => name)).size).toBe(500)
  expect(new Set(people.map(({ phone }) => phone)).size).toBe(500)
  expect(people.filter(({ phone }) => !parsePhoneNumberFromString(phone)?.isValid())).toEqual([])
  expect(makePeople(new Random(1), 500)).toEqual(people)
  expect(makePeople(new Random(2), 500)).not.toEqual(people)
})

test('nobody spends more than they have, and every order is served once', () => {
  const openings = [0, 25, 100, 0, 500]
  for (let seed = 0; seed < 200; seed++) {
    const visits = planVisits(new Random(seed), { openings, servers: 3, orderPrefix: 'T-' })
    const balances = [...openings]
    for (const { customer, kind, points, servedBy } of visits) {
      balances[customer]! += kind === 'add' ? points : -points
      expect({ seed, enough: balances[customer]! >= 0, server: servedBy < 3 }).toEqual({
        seed,
        enough: true,
        server: true,
      })
    }
    expect(new Set(visits.map(({ orderId }) => orderId)).size).toBe(visits.length)
  }
})

test('what is over was not merely booked, and what is to come was not completed', () => {
  const now = new Date('2026-11-21T12:00:00Z')
  const bookings = planBookings(
    new Random(3),
    Array.from({ length: 300 }, (_, index) => index),
    now,
  )
  for (const { startsAt, status, paymentStatus } of bookings) {
    const isOver = +startsAt + 2 * 3_600_000 < +now
    expect(isOver ? ['completed', 'cancelled', 'no_show'] : ['booked', 'cancelled']).toContain(status)
    if (paymentStatus === 'paid') expect(status).toBe('completed')
  }
  expect(new Set(bookings.map(({ status }) => status)).size).toBe(4)
})

test('paid bookings have their payment, after the meal, and nobody has paid yet for what is to come', () => {
  const now = new Date('2026-11-21T12:00:00Z')
  const random = new Random(4)
  const bookings = planBookings(
    random,
    Array.from({ length: 50 }, (_, index) => index),
    now,
  )
  const payments = planPayments(random, { bookings, customers: 50, guestsADay: 4, now })
  const paid = bookings.flatMap(({ paymentStatus, amountMinor }, index) =>
    paymentStatus === 'paid' ? [[index, amountMinor]] : [],
  )
  const forBookings = payments.filter(({ booking }) => booking !== null)
  expect(forBookings.map(({ booking, amountMinor }) => [booking, amountMinor]).toSorted(byFirst)).toEqual(paid)
  for (const { booking, paidAt } of forBookings) expect(paidAt > bookings[booking!]!.startsAt).toBe(true)
  expect(payments.every(({ paidAt, amountMinor, refundedMinor }) => paidAt < now && refundedMinor < amountMinor)).toBe(
    true,
  )
  expect(payments.map(({ paidAt }) => paidAt)).toEqual(payments.map(({ paidAt }) => paidAt).toSorted((a, b) => +a - +b))
})

const byFirst = (one: (number | null)[], other: (number | null)[]) => one[0]! - other[0]!
