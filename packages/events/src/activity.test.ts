import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { activityOf, envelopeActivity, isActivityType } from './activity.ts'
import { eventTypes, type EventType, type StreamEvent } from './catalogue.ts'

const fixture = (type: EventType): StreamEvent =>
  JSON.parse(readFileSync(join(import.meta.dirname, '..', 'fixtures', `${type}.v1.json`), 'utf8'))

test('every type has a line in the log, but notifications, which only tell of one', () => {
  const lines = eventTypes.map((type) => [type, activityOf(fixture(type)) !== null])
  expect(lines).toEqual(eventTypes.map((type) => [type, isActivityType(type)]))
  expect(lines.filter(([, shown]) => !shown)).toEqual([['notification_created', false]])
})

test('every line says who, when and where on the stream', () => {
  for (const type of eventTypes.filter(isActivityType)) {
    const event = fixture(type)
    expect(activityOf(event)).toMatchObject({
      id: event.id,
      at: event.timestamp,
      cursor: `${event.epoch}:${event.seq}`,
      type,
      actor: event.actor,
    })
  }
})

test('C3 points show before and after, order and reason', () => {
  const event = fixture('loyalty_updated')
  if (event.type !== 'loyalty_updated') throw new Error('not a fixture of it')
  const data = { ...event.data, pointsChange: -75, newBalance: 200, orderId: '12345', reason: 'lunch' }
  expect(activityOf({ ...event, data })).toMatchObject({
    customer: { id: data.customerId, name: data.customerName },
    pointsChange: -75,
    balanceBefore: 275,
    balanceAfter: 200,
    orderId: '12345',
    reason: 'lunch',
    changes: [],
  })
})

test('C3 a changed record shows each field before and after', () => {
  expect(activityOf(fixture('member_updated'))?.changes).toEqual([{ field: 'vip', from: false, to: true }])
  expect(activityOf(fixture('enrolment_updated'))?.changes).toEqual([
    { field: 'status', from: 'pending', to: 'active' },
  ])
})

test('a payment shows its amount and its state, and names nobody when nobody is known', () => {
  const event = fixture('payment_recorded')
  if (event.type !== 'payment_recorded') throw new Error('not a fixture of it')
  const { customerId, customerName, amountMinor, currency, status, provider } = event.data
  const line = {
    customer: { id: customerId, name: customerName },
    program: null,
    amountMinor,
    currency,
    changes: [
      { field: 'status', from: null, to: status },
      { field: 'provider', from: null, to: provider },
    ],
  }
  expect(activityOf(event)).toMatchObject(line)
  const unknown = { ...event, data: { ...event.data, customerId: null, customerName: null } }
  expect(activityOf(unknown)).toMatchObject({ ...line, customer: null })
})

test('a payment of which a part went back says how much', () => {
  const event = fixture('payment_recorded')
  if (event.type !== 'payment_recorded') throw new Error('not a fixture of it')
  const changesOf = (refundedMinor: number) =>
    activityOf({ ...event, data: { ...event.data, refundedMinor } })?.changes.slice(2)
  expect(changesOf(50_000)).toEqual([{ field: 'refundedMinor', from: null, to: 50_000 }])
  expect(changesOf(0)).toEqual([])
})

test('C3 a booking shows what changed, before and after; a new one, and one of an older build, what it is', () => {
  const event = fixture('booking_updated')
  if (event.type !== 'booking_updated') throw new Error('not a fixture of it')
  const { status, paymentStatus, startsAt } = event.data
  const changesOf = (data: object) => activityOf({ ...event, data: { ...event.data, ...data } })?.changes
  expect(changesOf({})).toEqual([
    { field: 'status', from: null, to: status },
    { field: 'startsAt', from: null, to: startsAt },
  ])
  const previous = { status: 'no_show', amountMinor: 1 }
  expect(changesOf({ bookingVersion: 2, previous })).toEqual([
    { field: 'status', from: 'no_show', to: status },
    { field: 'amountMinor', from: 1, to: event.data.amountMinor },
  ])
  expect(changesOf({ bookingVersion: 2 })).toEqual([
    { field: 'status', from: null, to: status },
    { field: 'paymentStatus', from: null, to: paymentStatus },
  ])
})

test('an event that this build does not know still shows who and when', () => {
  const { actor, ...rest } = fixture('member_updated')
  expect(envelopeActivity({ ...rest, actor, type: 'table_freed' })).toMatchObject({ type: 'table_freed', actor })
})
