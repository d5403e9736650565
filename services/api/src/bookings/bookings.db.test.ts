import { randomUUID } from 'node:crypto'
import { parseEvent } from '@loyalty-live/events'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newKey, startTestApi, type Answer, type TestApi } from '../../../../tests/harness/api.ts'
import { createDatabase, type TestDatabase } from '../../../../tests/harness/database.ts'
import { makeTenant, type TestCustomer, type TestTenant } from '../../../../tests/harness/tenant.ts'

let database: TestDatabase
let api: TestApi
let tenant: TestTenant
let customer: TestCustomer
let owner: string

beforeAll(async () => {
  database = await createDatabase()
  tenant = await makeTenant(database, 'demo')
  customer = await tenant.enrol({ name: 'John Doe', points: 5 })
  api = await startTestApi(database.url)
  owner = await api.signIn(tenant, 'owner')
})
afterAll(async () => {
  await api.close()
  await database.drop()
})

const get = (path: string) => api.call('GET', path, { token: owner })
const book = (body: object, headers = newKey()) =>
  api.call('POST', '/api/admin/bookings', { token: owner, headers, body })
const patch = (id: string, body: object, ifMatch?: string) =>
  api.call('PATCH', `/api/admin/bookings/${id}`, {
    token: owner,
    body,
    ...(ifMatch === undefined ? {} : { headers: { 'if-match': ifMatch } }),
  })
const dinner = (more: object = {}) => ({
  customerId: customer.id,
  startsAt: '2026-12-24T19:30:00+03:00',
  amountMinor: 250_000,
  ...more,
})

async function eventsAfter(cursor: string) {
  const { body } = await get(`/api/events?after=${cursor}`)
  return body['events'].map((event: unknown) => {
    expect(parseEvent(event).kind).toBe('known')
    return event
  })
}

describe('a booking', () => {
  test('is made for a customer, in the currency of the tenant, and told to the stream', async () => {
    const before = (await get('/api/events')).body['cursor']
    const { status, body, headers } = await book(dinner({ note: ' window table ' }))
    expect([status, headers.get('etag')]).toEqual([201, '"1"'])
    expect(body).toEqual({
      id: expect.any(String),
      customerId: customer.id,
      customerPhone: customer.phone,
      customerName: 'John Doe',
      status: 'booked',
      paymentStatus: 'unpaid',
      startsAt: '2026-12-24T16:30:00.000Z',
      amountMinor: 250_000,
      paidMinor: 0,
      currency: 'GBP',
      note: 'window table',
      version: 1,
      createdAt: expect.any(String),
      cursor: expect.any(String),
    })
    expect(await eventsAfter(before)).toMatchObject([
      {
        type: 'booking_updated',
        actor: { type: 'staff', name: 'Olive Owner' },
        data: { bookingId: body['id'], bookingVersion: 1, customerName: 'John Doe', status: 'booked', previous: {} },
      },
    ])
    expect((await get(`/api/admin/bookings/${body['id']}`)).body).toEqual(body)
  })

  test('is made by a phone however it is typed, or for nobody that is known', async () => {
    const byPhone = await book(dinner({ customerId: undefined, phone: `0${customer.phone.slice(3)}` }))
    expect(byPhone.body['customerId']).toBe(customer.id)
    const forNobody = await book(dinner({ customerId: undefined, currency: 'KES' }))
    expect(forNobody.body).toMatchObject({ customerId: null, customerPhone: null, customerName: null, currency: 'KES' })
  })

  test('for somebody who is no customer here is refused, and the refusal is repeated', async () => {
    const key = newKey()
    const first = await book(dinner({ customerId: randomUUID() }), key)
    expect([first.status, first.body['code']]).toEqual([404, 'customer-not-found'])
    expect((await book(dinner({ customerId: undefined, phone: '+447999000111' }))).status).toBe(404)
    expect((await book(dinner({ phone: customer.phone }))).status).toBe(400)
  })

  test('asked for twice under one key is made once', async () => {
    const key = newKey()
    const answers = await Promise.all([book(dinner(), key), book(dinner(), key)])
    expect(answers[0].text).toBe(answers[1].text)
    const replayed = answers.map(({ headers }) => headers.get('idempotency-replayed'))
    expect(replayed.filter((value) => value === 'true')).toHaveLength(1)
    const other = await book(dinner({ amountMinor: 1 }), key)
    expect([other.status, other.body['code']]).toEqual([422, 'idempotency-key-reused'])
    const unsaid = await book(dinner(), {})
    expect([unsaid.status, unsaid.body['code']]).toEqual([400, 'idempotency-key-missing'])
  })

  test('is changed by whoever read its version, and the log shows before and after', async () => {
    const { body: made } = await book(dinner())
    const changed = await patch(made['id'], { status: 'completed', amountMinor: 200_000, note: 'left early' }, '"1"')
    expect([changed.status, changed.headers.get('etag')]).toEqual([200, '"2"'])
    const { cursor, ...record } = made
    expect(changed.body).toMatchObject({
      ...record,
      status: 'completed',
      amountMinor: 200_000,
      note: 'left early',
      version: 2,
    })
    expect(await eventsAfter(cursor)).toMatchObject([
      {
        data: {
          bookingVersion: 2,
          status: 'completed',
          amountMinor: 200_000,
          previous: { status: 'booked', amountMinor: 250_000 },
        },
      },
    ])
    const { body: log } = await get('/api/admin/activity?type=booking_updated&limit=1')
    expect(log['items'][0]).toMatchObject({
      actor: { name: 'Olive Owner' },
      customer: { id: customer.id },
      changes: [
        { field: 'status', from: 'booked', to: 'completed' },
        { field: 'amountMinor', from: 250_000, to: 200_000 },
      ],
    })
  })

  test('changed to what it is already is no event and no new version', async () => {
    const { body } = await book(dinner({ note: 'by the door' }))
    const same = await patch(body['id'], { startsAt: body['startsAt'], status: 'booked', note: 'by the door' }, '"1"')
    expect(same.body).toEqual(body)
    expect((await patch(body['id'], { note: null }, '"1"')).body).toMatchObject({ note: null, version: 2 })
  })

  test('changed by two at once: one wins, the other gets 412 with the record as it is', async () => {
    const { body } = await book(dinner())
    const answers = await Promise.all([
      patch(body['id'], { status: 'no_show' }, '"1"'),
      patch(body['id'], { status: 'cancelled' }, 'W/"1", "what"'),
    ])
    expect(answers.map(({ status }) => String(status)).toSorted()).toEqual(['200', '412'])
    const winner = answers.find(({ status }) => status === 200)!.body
    expect(answers.find(({ status }) => status === 412)!.body).toMatchObject({
      code: 'version-mismatch',
      current: { status: winner['status'], version: 2 },
    })
    const unsaid = await patch(body['id'], { status: 'booked' })
    expect([unsaid.status, unsaid.body['code']]).toEqual([428, 'precondition-required'])
  })

  test('that nobody has is not found', async () => {
    const id = randomUUID()
    const answers = [await get(`/api/admin/bookings/${id}`), await patch(id, { status: 'cancelled' }, '*')]
    expect(answers.map(({ status, body }) => [status, body['code']])).toEqual([
      [404, 'booking-not-found'],
      [404, 'booking-not-found'],
    ])
  })
})

describe('the list', () => {
  let shop: string
  let guest: TestCustomer

  beforeAll(async () => {
    const nairobi = await makeTenant(database, 'shop')
    await database.sql(`update tenants set settings = settings || '{"timeZone": "Africa/Nairobi"}' where id = 'shop'`)
    guest = await nairobi.enrol({ name: 'Guest', points: 1 })
    shop = await api.signIn(nairobi, 'owner')
    // Three hours ahead of UTC: the first of these is the evening of the 1st, the second the first minute of the 2nd.
    const starts = [
      '2026-03-01T20:59:59.999Z',
      '2026-03-01T21:00:00Z',
      '2026-03-02T20:59:59.999Z',
      '2026-03-02T21:00:00Z',
    ]
    for (const [index, startsAt] of [...starts, starts[1]!].entries()) {
      await api.call('POST', '/api/admin/bookings', {
        token: shop,
        headers: newKey(),
        body: { startsAt, amountMinor: index, ...(index % 2 === 0 ? { customerId: guest.id } : {}) },
      })
    }
  })

  async function amounts(query: string): Promise<number[]> {
    const found: number[] = []
    for (let pageAfter: string | null = ''; pageAfter !== null;) {
      const path = `/api/admin/bookings?limit=2&${query}${pageAfter && `&pageAfter=${pageAfter}`}`
      const { body, status, text }: Answer = await api.call('GET', path, { token: shop })
      if (status !== 200) throw new Error(text)
      found.push(...body['items'].map((item: any) => item.amountMinor))
      pageAfter = body['nextCursor']
    }
    return found
  }

  test('is by start, either way, page by page, with those that start together once each', async () => {
    expect(await amounts('order=asc')).toEqual([0, 1, 4, 2, 3])
    expect(await amounts('')).toEqual([3, 2, 4, 1, 0])
  })

  test('goes by the days of the place', async () => {
    expect(await amounts('from=2026-03-02&to=2026-03-02&order=asc')).toEqual([1, 4, 2])
    expect(await amounts('to=2026-03-01')).toEqual([0])
    expect(await amounts('from=2026-03-03')).toEqual([3])
  })

  test('filters by state, payment and customer', async () => {
    expect(await amounts(`customerId=${guest.id}&order=asc`)).toEqual([0, 4, 2])
    const { body } = await api.call('GET', '/api/admin/bookings?limit=1', { token: shop })
    await api.call('PATCH', `/api/admin/bookings/${body['items'][0].id}`, {
      token: shop,
      headers: { 'if-match': '*' },
      body: { status: 'cancelled' },
    })
    expect(await amounts('status=cancelled')).toEqual([3])
    expect(await amounts('paymentStatus=paid')).toEqual([])
    expect(await amounts('paymentStatus=unpaid&status=booked')).toHaveLength(4)
  })

  test('of another tenant has none of them', async () => {
    const { body } = await get('/api/admin/bookings?limit=500')
    expect(body['items'].every((item: any) => item.customerId !== guest.id && item.amountMinor > 4)).toBe(true)
  })
})

test('V3 who has booked is a VIP candidate until the booking is cancelled', async () => {
  const regular = await tenant.enrol({ name: 'Regina Regular', points: 1 })
  const isCandidate = async () =>
    (await get('/api/admin/vip/candidates?limit=500')).body['items'].some((item: any) => item.id === regular.id)
  expect(await isCandidate()).toBe(false)
  const { body } = await book(dinner({ customerId: regular.id }))
  expect(await isCandidate()).toBe(true)
  await patch(body['id'], { status: 'cancelled' }, '"1"')
  expect(await isCandidate()).toBe(false)
  await patch(body['id'], { status: 'booked' }, '"2"')
  expect(await isCandidate()).toBe(true)
})

test('a time zone that nobody knows is refused before anything is written by it', async () => {
  const unknown = database.sql(
    `update tenants set settings = settings || '{"timeZone": "Mars/Base"}' where id = 'demo'`,
  )
  await expect(unknown).rejects.toThrow('known_time_zone')
})
