import { randomBytes } from 'node:crypto'
import { Webhook } from 'standardwebhooks'
import { describe, expect, test } from 'vitest'
import { RequestError } from './errors.ts'
import { createSignatureCheck } from './signature.ts'

const NOW = new Date('2026-11-21T12:00:00Z')
const key = randomBytes(32)
const body = Buffer.from('{"name":"Zoë"}')

/** Headers as the specification's own library signs them. */
function signed({ at = NOW, by = key, what = body, id = 'msg_1' } = {}) {
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': new Webhook(by.toString('base64')).sign(id, at, what),
  }
}

function codeOf(headers: Record<string, string>, keys = [key], what = body): string | null {
  try {
    expect(createSignatureCheck(keys)(headers, what, NOW.getTime())).toBe(headers['webhook-id'])
    return null
  } catch (error) {
    if (error instanceof RequestError) return error.code
    throw error
  }
}

const minutes = (count: number) => new Date(NOW.getTime() + count * 60_000)

describe('accepts', () => {
  test('what the specification’s library signs', () => {
    expect(codeOf(signed())).toBeNull()
  })

  test('any of several keys, so that one can be replaced', () => {
    expect(codeOf(signed(), [randomBytes(32), key])).toBeNull()
  })

  test('one good signature among several', () => {
    const other = signed({ by: randomBytes(32) })['webhook-signature']
    const headers = signed()
    expect(codeOf({ ...headers, 'webhook-signature': `v1a,xyz ${other} ${headers['webhook-signature']}` })).toBeNull()
  })

  test.each([-5, 5])('a clock that is %i minutes off', (off) => {
    expect(codeOf(signed({ at: minutes(off) }))).toBeNull()
  })
})

describe('refuses', () => {
  test.each(['webhook-id', 'webhook-timestamp', 'webhook-signature'])('a request without %s', (name) => {
    const { [name]: _, ...rest } = signed() as Record<string, string>
    expect(codeOf(rest)).toBe('signature-missing')
  })

  test.each([-5.02, 5.02])('a timestamp %f minutes off', (off) => {
    expect(codeOf(signed({ at: minutes(off) }))).toBe('timestamp-stale')
  })

  test.each(['', 'soon', '1e9', '-1763726400', '1763726400.5'])('the timestamp %j', (timestamp) => {
    expect(codeOf({ ...signed(), 'webhook-timestamp': timestamp })).toBe('timestamp-stale')
  })

  test('another key, another body, another id, another timestamp', () => {
    expect(codeOf(signed({ by: randomBytes(32) }))).toBe('signature-invalid')
    expect(codeOf(signed(), [key], Buffer.from('{"name":"Zoe"}'))).toBe('signature-invalid')
    expect(codeOf({ ...signed(), 'webhook-id': 'msg_2' })).toBe('signature-invalid')
    const earlier = String(NOW.getTime() / 1000 - 1)
    expect(codeOf({ ...signed(), 'webhook-timestamp': earlier })).toBe('signature-invalid')
  })

  test.each(['', 'v1', 'v1,', 'v1,AAAA', 'v2,xyz'])('the signature %j', (signature) => {
    expect(codeOf({ ...signed(), 'webhook-signature': signature })).toBe('signature-invalid')
  })

  test('a good signature under another version', () => {
    const headers = signed()
    const moved = headers['webhook-signature'].replace('v1,', 'v1a,')
    expect(codeOf({ ...headers, 'webhook-signature': moved })).toBe('signature-invalid')
  })
})
