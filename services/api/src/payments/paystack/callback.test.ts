import { describe, expect, test } from 'vitest'
import { chargeEvent, refundEvent, signPaystack } from '../../../../../tests/harness/providers/paystack.ts'
import type { Account, CallbackRequest } from '../provider.ts'
import { paystackSignature, provesPaystack, readPaystackEvent } from './callback.ts'
import { fromPaystack, toPaystack } from './charge.ts'

const request = (body: unknown, headers: Record<string, string> = {}): CallbackRequest => ({
  headers,
  ip: '127.0.0.1',
  params: {},
  query: {},
  raw: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
})
const read = (event: object) => readPaystackEvent(request(event), 'KE')
const told = { reference: 'ref-1', amount: 150_000 }
const id = '0199f000-0000-7000-8000-000000000001'

describe('proof', () => {
  const account: Account = { settings: {}, secrets: { secretKey: 'sk_test_demo' } }

  test('is the HMAC-SHA512 of the body as it came', () => {
    const body = '{"event":"charge.success", "data":{}}'
    const signed = { 'x-paystack-signature': signPaystack(body, 'sk_test_demo') }
    expect(provesPaystack(account, request(body, signed))).toBe(true)
    expect(provesPaystack(account, request(body.replace(', ', ','), signed))).toBe(false)
    expect(provesPaystack(null, request(body, signed))).toBe(false)
  })

  test('is hex as RFC 4231’s second case has it', () => {
    expect(paystackSignature('Jefe', 'what do ya want for nothing?')).toBe(
      '164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737',
    )
  })
})

describe('a charge', () => {
  test('that succeeded', () => {
    expect(read(chargeEvent({ ...told, metadata: { customerId: id, phone: '0708 374 149' } }))).toEqual({
      kind: 'fact',
      key: 'charge.success:ref-1',
      fact: {
        kind: 'charge',
        status: 'succeeded',
        reference: 'ref-1',
        amountMinor: 150_000,
        currency: 'KES',
        paidAt: '2026-03-04T08:15:00.000Z',
        failure: null,
        detail: { channel: 'card', brand: 'mastercard', last4: '8877', bank: 'Test Bank', email: 'jane@example.com' },
        customerId: id,
        bookingId: null,
        phone: '+254708374149',
        paymentId: null,
        started: false,
      },
    })
  })

  test('that failed says why, in their words', () => {
    expect(read(chargeEvent({ ...told, gateway_response: 'Insufficient Funds' }, 'charge.failed'))).toMatchObject({
      key: 'charge.failed:ref-1',
      fact: { status: 'failed', failure: 'Insufficient Funds', paidAt: null },
    })
  })

  test.each([0, '', null, undefined, '0', 'a note', '{', [], { customerId: 7, bookingId: 'none', phone: 'no number' }])(
    'with metadata %j names nobody',
    (metadata) => {
      expect(read(chargeEvent({ ...told, metadata }))).toMatchObject({
        fact: { customerId: null, bookingId: null, phone: null },
      })
    },
  )

  test('with metadata as text, and names with underscores', () => {
    const metadata = JSON.stringify({ customer_id: id, booking_id: id })
    expect(read(chargeEvent({ ...told, metadata }))).toMatchObject({ fact: { customerId: id, bookingId: id } })
  })
})

describe('a refund', () => {
  test('has an amount as text, and is known by its own reference', () => {
    expect(read(refundEvent({ reference: 'ref-1', refund: 'TRF_1', amount: 500 }))).toEqual({
      kind: 'fact',
      key: 'refund.processed:TRF_1',
      fact: { kind: 'refund', key: 'TRF_1', reference: 'ref-1', amountMinor: 500, currency: 'KES', reason: null },
    })
  })

  test('without a name of its own is known by payment and amount', () => {
    const event = refundEvent({ reference: 'ref-1', refund: 'x', amount: 500 })
    Object.assign(event.data, { refund_reference: null })
    expect(read(event)).toMatchObject({ fact: { key: 'ref-1:500' } })
    Object.assign(event.data, { id: 77 })
    expect(read(event)).toMatchObject({ fact: { key: '77' } })
  })

  test.each(['refund.pending', 'refund.processing', 'refund.failed', 'transfer.success', 'anything.else'])(
    '%s is nothing to us',
    (event) => {
      expect(read({ event, data: null })).toEqual({ kind: 'ignored' })
    },
  )
})

describe('amounts, which Paystack counts in hundredths', () => {
  test.each([
    [150_000, 'KES', 150_000],
    [150_000, 'XOF', 1_500],
    [150_000, 'KWD', 1_500_000],
  ])('%i of %s are %i minor units, and back', (hundredths, currency, amountMinor) => {
    expect(fromPaystack(hundredths, currency)).toBe(amountMinor)
    expect(toPaystack(amountMinor, currency)).toBe(hundredths)
  })

  test('what is finer than the smallest unit is refused', () => {
    expect(() => fromPaystack(150_050, 'XOF')).toThrow('is no amount of XOF')
    expect(() => toPaystack(1_501, 'KWD')).toThrow('takes hundredths of KWD')
  })
})
