import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ConfigError, parseConfig } from './config.ts'

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const key = Buffer.from('MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'base64')

function faultsOf(env: Record<string, string>): string {
  try {
    parseConfig(env)
  } catch (error) {
    if (error instanceof ConfigError) return error.message
    throw error
  }
  return ''
}

describe('defaults', () => {
  test('a secret is all that is needed', () => {
    expect(parseConfig({ BROADCAST_SECRET: SECRET })).toEqual({
      host: '127.0.0.1',
      port: 9011,
      logLevel: 'info',
      broadcastKeys: [key],
      extraTypes: new Set(),
      auth: {
        jwksUrl: 'http://localhost:9010/.well-known/jwks.json',
        issuer: 'loyalty-live',
        audience: 'loyalty-live',
      },
      history: { eventsMax: 1000, bytesMax: 524_288, ageMs: 3_600_000, totalBytesMax: 268_435_456 },
      holdMs: 2000,
      headBeatMs: 5000,
      sockets: { bytesMax: 1_048_576, max: 20_000, tenantMax: 10_000 },
      token: { warningMs: 30_000, graceMs: 25_000 },
      drainMs: 10_000,
      corsOrigins: '*',
    })
  })

  test('an empty variable counts as absent', () => {
    expect(parseConfig({ BROADCAST_SECRET: SECRET, REALTIME_PORT: '' }).port).toBe(9011)
  })
})

describe('lists', () => {
  test('secrets are split at commas and white space, with or without their prefix', () => {
    const other = Buffer.alloc(24, 7)
    const env = { BROADCAST_SECRET: `${SECRET}, \n${other.toString('base64')}` }
    expect(parseConfig(env).broadcastKeys).toEqual([key, other])
  })

  test('extra event types and origins too', () => {
    const env = {
      BROADCAST_SECRET: SECRET,
      EXTRA_EVENT_TYPES: 'table_freed order_ready',
      CORS_ORIGIN: 'https://a.test,https://b.test',
    }
    expect(parseConfig(env)).toMatchObject({
      extraTypes: new Set(['table_freed', 'order_ready']),
      corsOrigins: ['https://a.test', 'https://b.test'],
    })
  })
})

describe('faults', () => {
  test('a password in a URL is refused, and not repeated', () => {
    const faults = faultsOf({ BROADCAST_SECRET: SECRET, AUTH_JWKS_URL: 'https://me:hidden@id.example/jwks.json' })
    expect(faults).toContain('AUTH_JWKS_URL: must not hold a user name or a password')
    expect(faults).not.toContain('hidden')
  })

  test('all are reported at once', () => {
    const faults = faultsOf({ REALTIME_PORT: 'x', HOLD_MS: '-1', AUTH_JWKS_URL: 'ftp://keys' })
    for (const name of ['REALTIME_PORT', 'HOLD_MS', 'AUTH_JWKS_URL', 'BROADCAST_SECRET: is missing']) {
      expect(faults).toContain(name)
    }
  })

  test.each([
    ['too short', 'whsec_c2hvcnQ='],
    ['not base64', 'whsec_!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!'],
    ['only separators', ' , '],
    ['one of two', `${SECRET} short`],
  ])('a secret that is %s is refused, and not repeated in the message', (_, secret) => {
    const faults = faultsOf({ BROADCAST_SECRET: secret })
    expect(faults).toContain('BROADCAST_SECRET')
    expect(faults).not.toContain('c2hvcnQ')
    expect(faults).not.toContain(SECRET)
  })

  test.each(['Table Freed', 'loyalty_updated', 'ready', 'head', 'connect', 'disconnect', 'x'.repeat(65)])(
    'the extra type %j is refused',
    (type) => {
      expect(faultsOf({ BROADCAST_SECRET: SECRET, EXTRA_EVENT_TYPES: type.replaceAll(' ', '-') })).toContain(
        'EXTRA_EVENT_TYPES',
      )
    },
  )

  test('a history that could not be replayed into one socket is refused', () => {
    expect(faultsOf({ BROADCAST_SECRET: SECRET, HISTORY_BYTES: '9000', SOCKET_BYTES_MAX: '8000' })).toContain(
      'HISTORY_BYTES',
    )
  })
})

test('README.md lists every variable that is read, and no other', () => {
  const readme = readFileSync(join(import.meta.dirname, '..', 'README.md'), 'utf8')
  const source = readFileSync(join(import.meta.dirname, 'config.ts'), 'utf8')
  const documented = [...readme.matchAll(/^\| `([A-Z_]+)` \|/gm)].map((match) => match[1]!)
  const read = [...source.matchAll(/^ {4}([A-Z_]+):/gm)].map((match) => match[1]!)
  expect(new Set(documented)).toEqual(new Set(read))
})
