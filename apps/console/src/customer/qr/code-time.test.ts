import { expect, test } from 'vitest'
import { timeOf } from './code-time.ts'

const ISSUED_MS = Date.UTC(2026, 10, 21, 9, 0, 12)
const code = {
  issuedAt: new Date(ISSUED_MS).toISOString(),
  refreshAt: new Date(ISSUED_MS + 18_000).toISOString(),
  expiresAt: new Date(ISSUED_MS + 48_000).toISOString(),
}

test.each([0, -86_400_000, -11_000, 29_000, 86_400_000])(
  'with a clock that is %d ms off a code is renewed after 18 s and gone 2 s before it ends',
  (offMs) => {
    const askedAtMs = ISSUED_MS + offMs
    expect(timeOf(code, askedAtMs)).toEqual({
      askedAtMs,
      renewAtMs: askedAtMs + 18_000,
      goneAtMs: askedAtMs + 46_000,
      slotMs: 30_000,
    })
  },
)
