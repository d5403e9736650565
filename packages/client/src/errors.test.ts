import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { asClientError, clientErrors, LoyaltyClientError, type ClientErrorCode } from './errors.ts'

describe('errors', () => {
  test('README.md lists every code with its meaning, and no other', () => {
    const readme = readFileSync(join(import.meta.dirname, '..', 'README.md'), 'utf8')
    const written = [...readme.matchAll(/^\| `([a-z-]+)` \| (yes|no) \| (.+) \|$/gm)].map((row) => row.slice(1))
    const known = Object.entries(clientErrors).map(([code, { retry, meaning }]) => [
      code,
      retry ? 'yes' : 'no',
      meaning,
    ])
    expect(written).toEqual(known)
  })

  test.each(Object.entries(clientErrors))('%s says of itself whether the client tries again', (code, { retry }) => {
    expect(new LoyaltyClientError(code as ClientErrorCode, '').retry).toBe(retry)
  })

  test('whatever is thrown gets a code; what has one keeps it', () => {
    const own = new LoyaltyClientError('timed-out', 'too long')
    expect(asClientError(own, 'bad-answer')).toBe(own)
    const cause = new TypeError('a bug')
    expect(asClientError(cause, 'bad-answer')).toMatchObject({ code: 'bad-answer', message: 'a bug', cause })
    expect(asClientError('text', 'bad-answer')).toMatchObject({ code: 'bad-answer', message: 'text', cause: 'text' })
  })
})
