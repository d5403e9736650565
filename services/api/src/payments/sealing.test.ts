import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { createSecretBox } from './sealing.ts'

const [old, fresh] = [randomBytes(32), randomBytes(32)]
const secret = JSON.stringify({ secretKey: 'sk_live_of_somebody' })

test('what was sealed opens for its owner, and says nothing by itself', () => {
  const box = createSecretBox([old])!
  const sealed = box.seal('demo paystack', secret)
  expect(box.open('demo paystack', sealed)).toBe(secret)
  expect(sealed.sealed.toString('latin1')).not.toContain('sk_live')
  expect(box.seal('demo paystack', secret).sealed.equals(sealed.sealed)).toBe(false)
})

test('for another tenant or provider it does not open: a row cannot be copied', () => {
  const box = createSecretBox([old])!
  const sealed = box.seal('demo paystack', secret)
  for (const owner of ['rival paystack', 'demo mpesa', '', 'demo paystack ']) expect(box.open(owner, sealed)).toBeNull()
})

test('a byte that was changed, a tail that is missing: it does not open', () => {
  const box = createSecretBox([old])!
  const { keyId, sealed } = box.seal('demo paystack', secret)
  for (let index = 0; index < sealed.length; index++) {
    const changed = Buffer.from(sealed)
    changed[index]! ^= 1
    expect(box.open('demo paystack', { keyId, sealed: changed }), `byte ${index}`).toBeNull()
  }
  for (const length of [0, 12, 27, sealed.length - 1]) {
    expect(box.open('demo paystack', { keyId, sealed: sealed.subarray(0, length) })).toBeNull()
  }
})

test('rotation: a new key in front of the old one opens both; the old one alone opens nothing new', () => {
  const before = createSecretBox([old])!.seal('demo paystack', secret)
  const both = createSecretBox([fresh, old])!
  expect(both.open('demo paystack', before)).toBe(secret)
  const after = both.seal('demo paystack', secret)
  expect(after.keyId).not.toBe(before.keyId)
  expect(createSecretBox([old])!.open('demo paystack', after)).toBeNull()
  expect(createSecretBox([fresh])!.open('demo paystack', after)).toBe(secret)
})

test('without a key there is no box', () => {
  expect(createSecretBox([])).toBeNull()
})
