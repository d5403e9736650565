import { describe, expect, test } from 'vitest'
import { stkCallback } from '../../../../../tests/harness/providers/mpesa.ts'
import type { Account, CallbackRequest } from '../provider.ts'
import { provesMpesa, readStkCallback, SAMPLE_CHECKOUT } from './callback.ts'

const SECRET = 'a-callback-secret'
const account = (allowedAddresses?: string[]): Account => ({
  settings: allowedAddresses === undefined ? {} : { allowedAddresses },
  secrets: { callbackSecret: SECRET },
})
const request = (body: unknown, more: Partial<CallbackRequest> = {}): CallbackRequest => ({
  headers: {},
  ip: '196.201.214.200',
  params: { tenant: 'demo', secret: SECRET },
  query: {},
  raw: Buffer.from(JSON.stringify(body)),
  ...more,
})
const read = (told: Parameters<typeof stkCallback>[0], more?: Partial<CallbackRequest>) =>
  readStkCallback(request(stkCallback(told), more))

describe('proof', () => {
  test.each([
    [SECRET, true],
    [`${SECRET} `, false],
    [SECRET.slice(1), false],
    ['', false],
  ])('the secret %j: %s', (secret, proved) => {
    expect(provesMpesa(account(), request({}, { params: { tenant: 'demo', secret } }))).toBe(proved)
  })

  test('of a tenant that has none, nothing proves: not even an empty secret', () => {
    expect(provesMpesa(null, request({}, { params: { tenant: 'demo', secret: '' } }))).toBe(false)
  })

  test.each([
    [[], true],
    [['196.201.214.200'], true],
    [['196.201.214.0/24'], true],
    [['196.201.213.0/24', '10.0.0.1'], false],
    [['2001:db8::/32'], false],
  ])('allowed %j: %s', (allowed, proved) => {
    expect(provesMpesa(account(allowed), request({}))).toBe(proved)
  })
})

describe('an STK callback', () => {
  test('of a push that was paid', () => {
    expect(read({ checkout: 'ws_CO_1', amount: 1500 })).toEqual({
      kind: 'fact',
      key: 'stk:ws_CO_1:paid',
      fact: {
        kind: 'charge',
        status: 'succeeded',
        reference: 'ws_CO_1',
        amountMinor: 150_000,
        currency: 'KES',
        paidAt: '2026-03-04T08:15:00.000Z',
        failure: null,
        detail: { receipt: 'NLJ7RT61SV' },
        customerId: null,
        bookingId: null,
        phone: '+254708374149',
        paymentId: null,
        started: true,
      },
    })
  })

  test.each([
    [1500, 150_000],
    [1500.5, 150_050],
    ['1500.00', 150_000],
    ['1', 100],
  ])('an amount of %j', (amount, amountMinor) => {
    expect(read({ checkout: 'x', amount })).toMatchObject({ fact: { amountMinor } })
  })

  test.each([0, -5, 'much', '1500.005', null])('an amount of %j is none', (amount) => {
    expect(() => read({ checkout: 'x', amount: amount as number })).toThrow('has no amount')
  })

  test.each([1032, '1032', '-1', 1])('a result of %j has failed, without metadata', (code) => {
    expect(read({ checkout: 'x', code })).toMatchObject({
      key: 'stk:x:failed',
      fact: { status: 'failed', failure: `Request cancelled by user (${code})`, amountMinor: null },
    })
  })

  test.each(['2547*****149', '', 'Jane'])('a number that is masked (%j) finds nobody', (phone) => {
    expect(read({ checkout: 'x', phone })).toMatchObject({ fact: { phone: null } })
  })

  test('our own payment comes back in the query; anything else there is nothing', () => {
    const payment = '0199f000-0000-7000-8000-000000000001'
    expect(read({ checkout: 'x' }, { query: { payment } })).toMatchObject({ fact: { paymentId: payment } })
    expect(read({ checkout: 'x' }, { query: { payment: 'x', more: 1 } })).toMatchObject({ fact: { paymentId: null } })
  })

  test('the sample is nothing to us', () => {
    expect(read({ checkout: SAMPLE_CHECKOUT })).toEqual({ kind: 'ignored' })
  })

  test.each([{}, { Body: {} }, { Body: { stkCallback: { CheckoutRequestID: 'x', ResultCode: 'zero' } } }, null, []])(
    '%j is none',
    (body) => {
      expect(() => readStkCallback(request(body))).toThrow(/^body/)
    },
  )
})
