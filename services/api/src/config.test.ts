import { describe, expect, test } from 'vitest'
import { ConfigError, parseConfig } from './config.ts'

const key = {
  kty: 'OKP',
  crv: 'Ed25519',
  d: 'nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A',
  x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
}
const env = {
  DATABASE_URL: 'postgresql://localhost/loyalty',
  BROADCAST_SECRET: `whsec_${Buffer.alloc(32).toString('base64')}`,
  AUTH_SIGNING_KEY: JSON.stringify(key),
}

const faults = (more: Record<string, string | undefined>) => {
  try {
    parseConfig({ ...env, ...more })
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError)
    return (error as Error).message
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(':')[0])
  }
  return []
}

describe('configuration of the API', () => {
  test('has a default for everything but the database and the secrets', () => {
    expect(parseConfig(env)).toMatchObject({
      port: 9010,
      host: '127.0.0.1',
      production: true,
      relay: { targets: ['http://localhost:9011'] },
      auth: { tokenSeconds: 600, keys: { own: [key] } },
      retention: { eventDays: 7, idempotencyDays: 7, notificationReadDays: 90, notificationDays: 365 },
    })
  })

  test('tells every fault at once', () => {
    expect(
      faults({ DATABASE_URL: '', BROADCAST_SECRET: 'short', API_PORT: '99999', AUTH_SIGNING_KEY: undefined }),
    ).toEqual(expect.arrayContaining(['DATABASE_URL', 'BROADCAST_SECRET', 'API_PORT']))
    expect(faults({ AUTH_SIGNING_KEY: undefined })).toEqual(['AUTH_SIGNING_KEY'])
  })

  test.each([
    ['WS_SERVER_URL', 'ftp://x'],
    ['WS_SERVER_URL', 'http://a:1 http://me@b:2'],
    ['WS_SERVER_URL', 'http://a:1/path'],
    ['AUTH_JWKS_URL', 'https://me:secret@id.example/jwks.json'],
    ['REALTIME_PUBLIC_URL', 'https://:secret@live.example'],
    ['IDEMPOTENCY_DAYS', '6'],
    ['NOTIFICATION_READ_DAYS', '6'],
    ['NOTIFICATION_DAYS', '6'],
    ['AUTH_SIGNING_KEY', '{"kty":"RSA"}'],
    ['AUTH_SIGNING_KEY', 'not json'],
    ['LOG_LEVEL', 'loud'],
    ['DATABASE_CONNECTIONS', '0'],
    ['TRUST_PROXY', 'perhaps'],
    ['SECRETS_KEY', 'short'],
    ['SECRETS_KEY', Buffer.alloc(31).toString('base64')],
    ['API_PUBLIC_URL', 'https://api.example/path'],
    ['PAYSTACK_URL', 'https://sk_live_key@api.paystack.co'],
    ['PAYMENT_RECONCILE_SECONDS', '0'],
  ])('refuses %s=%s by name', (name, value) => {
    expect(faults({ [name]: value })).toEqual([name])
  })

  test('takes lists of servers, of secrets and of keys: the first is used, the others still count', () => {
    const config = parseConfig({
      ...env,
      WS_SERVER_URL: 'http://a:1, http://b:2',
      BROADCAST_SECRET: `${env.BROADCAST_SECRET} ${Buffer.alloc(24, 1).toString('base64')}`,
      AUTH_SIGNING_KEY: JSON.stringify({ keys: [key, key] }),
    })
    expect(config.relay.targets).toEqual(['http://a:1', 'http://b:2'])
    expect(config.relay.secrets).toHaveLength(2)
    expect(config.auth.keys).toEqual({ own: [key, key] })
  })

  test('takes several keys to seal with; providers’ addresses end without a slash', () => {
    const [fresh, old] = [1, 2].map((byte) => Buffer.alloc(32, byte).toString('base64'))
    const { payments } = parseConfig({ ...env, SECRETS_KEY: `${fresh},${old}`, MPESA_URL: 'http://m.example/' })
    expect(payments).toMatchObject({
      secretKeys: [Buffer.alloc(32, 1), Buffer.alloc(32, 2)],
      publicUrl: 'http://localhost:9010',
      paystackUrl: 'https://api.paystack.co',
      mpesaUrl: 'http://m.example',
      reconcileSeconds: 60,
    })
  })

  test('an outside identity provider takes the place of our own keys', () => {
    const outside = { AUTH_SIGNING_KEY: '', AUTH_JWKS_URL: 'https://id.example/jwks.json' }
    const config = parseConfig({ ...env, ...outside, CUSTOMER_SECRET: 'x'.repeat(32) })
    expect(config.auth.keys).toEqual({ jwksUrl: 'https://id.example/jwks.json' })
    expect(config.customerSecrets).toEqual(['x'.repeat(32)])
    expect(faults(outside)).toEqual(['CUSTOMER_SECRET'])
  })

  test('a key of our own wins: the realtime server needs AUTH_JWKS_URL in the environment that both share', () => {
    const config = parseConfig({ ...env, AUTH_JWKS_URL: 'http://localhost:9010/.well-known/jwks.json' })
    expect(config.auth.keys).toEqual({ own: [key] })
  })
})
