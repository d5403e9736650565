import { expect, test } from 'vitest'
import { faultOf, requestOf, type PaymentWish } from './payment-request.ts'

const wish: PaymentWish = {
  way: 'cash',
  amountMinor: 150_000,
  currency: 'KES',
  customerId: null,
  bookingId: null,
  phone: '',
  email: '',
  reference: ' ',
  note: ' table 4 ',
}

test('by hand: how, how much, and nothing that is blank', () => {
  expect(requestOf(wish)).toEqual({
    path: '/api/admin/payments',
    body: { provider: 'cash', amountMinor: 150_000, currency: 'KES', note: 'table 4' },
  })
  expect(requestOf({ ...wish, way: 'bank_transfer', reference: 'T-1', customerId: 'c' }).body).toMatchObject({
    provider: 'bank_transfer',
    reference: 'T-1',
    customerId: 'c',
  })
})

test('with a provider: to whom it is sent', () => {
  expect(requestOf({ ...wish, way: 'mpesa', phone: '0708 374 149', bookingId: 'b' })).toEqual({
    path: '/api/admin/payments/mpesa',
    body: { amountMinor: 150_000, phone: '0708 374 149', bookingId: 'b', note: 'table 4' },
  })
  expect(requestOf({ ...wish, way: 'paystack', email: 'p@example.com' })).toMatchObject({
    path: '/api/admin/payments/paystack',
    body: { currency: 'KES', email: 'p@example.com' },
  })
})

test.each<[Partial<PaymentWish>, ReturnType<typeof faultOf>]>([
  [{}, null],
  [{ amountMinor: null }, 'incomplete'],
  [{ amountMinor: 0 }, 'incomplete'],
  [{ way: 'mpesa' }, 'incomplete'],
  [{ way: 'mpesa', phone: '0708', amountMinor: 150_050 }, 'part-of-shilling'],
  [{ way: 'mpesa', phone: '0708' }, null],
  [{ way: 'paystack' }, 'incomplete'],
])('%j: %s', (changes, fault) => {
  expect(faultOf({ ...wish, ...changes })).toBe(fault)
})
