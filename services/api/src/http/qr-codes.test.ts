import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { createQrCodes } from './qr-codes.ts'

const SLOT_MS = 30_000
const START_MS = 1_800_000_000_000
const customer = randomUUID()

/** Codes of a server whose clock is so far ahead. */
const at = (aheadMs: number, secrets = ['one']) => createQrCodes(secrets, () => START_MS + aheadMs)
const refusal = (work: () => unknown) => {
  try {
    work()
  } catch (error) {
    return (error as { code?: string }).code
  }
}

describe('a QR code', () => {
  test('says who shows it, in 64 characters that every scanner reads, and never the same twice', () => {
    const first = at(0).issue(customer)
    const second = at(0).issue(customer)
    expect(first.qr).toMatch(/^[\w-]{64}$/)
    expect(at(0).read(first.qr).customerId).toBe(customer)
    expect(at(0).read(first.qr).nonce).not.toBe(at(0).read(second.qr).nonce)
  })

  test('counts in its slot and the one beside it, on a clock before or behind', () => {
    const { qr, refreshAt, expiresAt } = at(0).issue(customer)
    for (const slots of [-1, 0, 1]) expect(at(slots * SLOT_MS).read(qr).expired).toBe(false)
    for (const slots of [-2, 2, 1000]) expect(at(slots * SLOT_MS).read(qr).expired).toBe(true)
    expect(at(expiresAt.getTime() - START_MS - 1).read(qr)).toMatchObject({ customerId: customer, expired: false })
    expect(at(expiresAt.getTime() - START_MS).read(qr)).toMatchObject({ customerId: customer, expired: true })
    expect(expiresAt.getTime() - refreshAt.getTime()).toBe(SLOT_MS)
    expect(at(1_234).issue(customer).issuedAt).toEqual(new Date(START_MS + 1_234))
  })

  test('is refused when one bit of it is another', () => {
    const code = Buffer.from(at(0).issue(customer).qr, 'base64url')
    for (let bit = 0; bit < code.length * 8; bit++) {
      const forged = Buffer.from(code)
      forged[bit >> 3]! ^= 1 << (bit & 7)
      expect(
        refusal(() => at(0).read(forged.toString('base64url'))),
        `bit ${bit}`,
      ).toBe('qr-invalid')
    }
  })

  test.each(['', 'nonsense', 'A'.repeat(64), 'A'.repeat(63), '=', '\0'])('%j is no code', (qr) => {
    expect(refusal(() => at(0).read(qr))).toBe('qr-invalid')
  })

  test('has one spelling', () => {
    const { qr } = at(0).issue(customer)
    for (const spelling of [`${qr}=`, ` ${qr}`, `${qr}\n`, `${qr.slice(0, 5)}!${qr.slice(5)}`]) {
      expect(refusal(() => at(0).read(spelling))).toBe('qr-invalid')
    }
  })

  test('outlives a rotation of keys, and is nothing to a server that does not know its key', () => {
    const { qr } = at(0, ['old']).issue(customer)
    expect(at(0, ['new', 'old']).read(qr).customerId).toBe(customer)
    expect(refusal(() => at(0, ['new']).read(qr))).toBe('qr-invalid')
  })
})
