import { createHmac, randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { createHmacSha256 } from './hmac.ts'

test.each([0, 24, 32, 63, 64, 65, 200])('with a key of %i bytes it is the HMAC of node:crypto', (keyBytes) => {
  const key = randomBytes(keyBytes)
  const hmac = createHmacSha256(key)
  for (const bodyBytes of [0, 1, 63, 64, 65, 700, 100_000]) {
    const body = randomBytes(bodyBytes)
    const expected = createHmac('sha256', key).update(`msg_${bodyBytes}.1763726400.`).update(body).digest()
    expect(hmac(`msg_${bodyBytes}.1763726400.`, body).equals(expected)).toBe(true)
  }
})
