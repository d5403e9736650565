import { createLocalJWKSet, decodeProtectedHeader, jwtVerify, SignJWT, importJWK } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeSigningKey, startTestApi, type TestApi } from '../../../../tests/harness/api.ts'
import { createDatabase, type TestDatabase } from '../../../../tests/harness/database.ts'
import { makeTenant, PASSWORD, type TestTenant } from '../../../../tests/harness/tenant.ts'

let database: TestDatabase
let api: TestApi
let tenant: TestTenant
let signingKey: string

beforeAll(async () => {
  database = await createDatabase()
  tenant = await makeTenant(database, 'demo')
  await makeTenant(database, 'rival')
  signingKey = await makeSigningKey()
  api = await startTestApi(database.url, { AUTH_SIGNING_KEY: signingKey })
})
afterAll(async () => {
  await api.close()
  await database.drop()
})

const login = (body: object) => api.call('POST', '/api/auth/login', { body })
const refresh = (refreshToken: string) => api.call('POST', '/api/auth/refresh', { body: { refreshToken } })
const credentials = () => ({ tenant: 'demo', email: tenant.ownerEmail, password: PASSWORD })

describe('signing in', () => {
  test('as staff gives a short-lived token that anybody can verify by the published keys', async () => {
    const { status, body } = await login({ ...credentials(), email: 'OWNER@demo.test' })
    expect(status).toBe(200)
    expect(body['user']).toEqual({
      id: tenant.ownerId,
      name: 'Olive Owner',
      role: 'owner',
      tenant: 'demo',
      tenantName: 'Tenant demo',
    })
    const jwks = (await api.call('GET', '/.well-known/jwks.json')).body
    expect(JSON.stringify(jwks)).not.toContain('"d"')
    const { payload } = await jwtVerify(body['token'], createLocalJWKSet(jwks as never))
    expect(payload).toMatchObject({ sub: tenant.ownerId, tenant: 'demo', role: 'owner', name: 'Olive Owner' })
    expect(decodeProtectedHeader(body['token'])).toMatchObject({ alg: 'EdDSA', kid: jwks['keys'][0].kid })
    const lifeSeconds = (Date.parse(body['expiresAt']) - Date.now()) / 1000
    expect(lifeSeconds).toBeGreaterThan(500)
    expect(lifeSeconds).toBeLessThan(601)
  })

  test('as a terminal needs its key alone', async () => {
    const { status, body } = await api.call('POST', '/api/auth/terminal', { body: { key: tenant.terminalKey } })
    expect([status, body['user']]).toEqual([
      200,
      { id: tenant.terminalId, name: 'Till 1', role: 'terminal', tenant: 'demo', tenantName: 'Tenant demo' },
    ])
  })

  test('fails with one answer, whatever it was that did not fit', async () => {
    const answers = await Promise.all([
      login({ ...credentials(), password: 'wrong' }),
      login({ ...credentials(), email: 'nobody@demo.test' }),
      login({ ...credentials(), tenant: 'rival' }),
      login({ ...credentials(), tenant: 'no-such-tenant' }),
      api.call('POST', '/api/auth/terminal', { body: { key: 'wrong-key' } }),
    ])
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1)
    expect(answers[0].body['code']).toBe('sign-in-failed')
  })

  test('too often is refused for a while, by account', async () => {
    const other = await startTestApi(database.url, { SIGN_IN_LIMIT_PER_MINUTE: '3' })
    const attempt = (email: string) =>
      other.call('POST', '/api/auth/login', { body: { tenant: 'demo', email, password: 'wrong' } })
    const statuses = []
    for (let count = 0; count < 4; count++) statuses.push((await attempt('cashier@demo.test')).status)
    const refused = await attempt('CASHIER@demo.test')
    const somebodyElse = await attempt('admin@demo.test')
    await other.close()
    expect(statuses).toEqual([401, 401, 401, 429])
    expect([refused.status, refused.body['code']]).toEqual([429, 'rate-limited'])
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(somebodyElse.status).toBe(401)
  })
})

describe('a refresh token', () => {
  test('gives the next pair; a lost answer may be asked for again at once', async () => {
    const { body: first } = await login(credentials())
    const next = await refresh(first['refreshToken'])
    const again = await refresh(first['refreshToken'])
    expect([next.status, again.status]).toEqual([200, 200])
    expect(next.body['user']).toEqual(first['user'])
    expect(new Set([first, next.body, again.body].map((each) => each['refreshToken'])).size).toBe(3)
  })

  test('that is used again later ends every token of its family', async () => {
    const { body: first } = await login(credentials())
    const { body: second } = await refresh(first['refreshToken'])
    await database.sql(`update refresh_tokens set used_at = used_at - interval '31 seconds' where used_at is not null`)
    const thief = await refresh(first['refreshToken'])
    const owner = await refresh(second['refreshToken'])
    expect([thief.status, thief.body['code'], owner.status]).toEqual([401, 'refresh-token-invalid', 401])
    expect((await login(credentials())).status).toBe(200)
  })

  test('that has expired does not count', async () => {
    const { body } = await login(credentials())
    await database.sql('update refresh_tokens set expires_at = now()')
    expect((await refresh(body['refreshToken'])).status).toBe(401)
  })

  test('is given up by signing out', async () => {
    const { body } = await login(credentials())
    const out = await api.call('POST', '/api/auth/logout', { body: { refreshToken: body['refreshToken'] } })
    expect([out.status, out.text]).toEqual([204, ''])
    expect((await refresh(body['refreshToken'])).status).toBe(401)
  })

  test.each(['', 'nonsense', 'demo.short', `rival.${'A'.repeat(43)}`, `../x.${'A'.repeat(43)}`])(
    '%j does not count',
    async (token) => {
      expect([400, 401]).toContain((await refresh(token)).status)
    },
  )

  test('is stored as a hash only', async () => {
    const { body } = await login(credentials())
    const rows = await database.sql('select * from refresh_tokens')
    expect(JSON.stringify(rows)).not.toContain(body['refreshToken'].split('.')[1])
  })
})

describe('a token', () => {
  const ask = (token?: string) => api.call('GET', '/api/loyalty/transactions', token === undefined ? {} : { token })
  async function sign(
    claims: object,
    options: { alg?: string; issuer?: string; audience?: string; expires?: number } = {},
  ) {
    const key = await importJWK(JSON.parse(signingKey), 'EdDSA')
    return new SignJWT({ tenant: 'demo', role: 'cashier', ...claims })
      .setProtectedHeader({ alg: 'EdDSA' })
      .setSubject('somebody')
      .setIssuer(options.issuer ?? 'loyalty-live')
      .setAudience(options.audience ?? 'loyalty-live')
      .setExpirationTime(options.expires ?? Math.floor(Date.now() / 1000) + 60)
      .sign(key)
  }

  test('that is sound is let in', async () => {
    expect((await ask(await sign({}))).status).toBe(200)
  })

  test('that is missing, forged, expired, for somebody else or without a role is not', async () => {
    const sound = await sign({})
    const [header, payload, signature] = sound.split('.') as [string, string, string]
    const none = Buffer.from(JSON.stringify({ alg: 'none' })).toString('base64url')
    const jwks = (await api.call('GET', '/.well-known/jwks.json')).body
    const confused = await new SignJWT({ tenant: 'demo', role: 'owner' })
      .setProtectedHeader({ alg: 'HS256', kid: jwks['keys'][0].kid })
      .setSubject('x')
      .setIssuer('loyalty-live')
      .setAudience('loyalty-live')
      .setExpirationTime('1m')
      .sign(new TextEncoder().encode(jwks['keys'][0].x))
    const cases: [string | undefined, string][] = [
      [undefined, 'token-missing'],
      ['nonsense', 'token-invalid'],
      [`${header}.${payload}.${signature.slice(0, -4)}AAAA`, 'token-invalid'],
      [`${none}.${payload}.`, 'token-invalid'],
      [confused, 'token-invalid'],
      [await sign({}, { expires: Math.floor(Date.now() / 1000) - 1 }), 'token-expired'],
      [await sign({}, { issuer: 'somebody-else' }), 'token-invalid'],
      [await sign({}, { audience: 'somebody-else' }), 'token-invalid'],
      [await sign({ role: 'king' }), 'token-invalid'],
      [await sign({ tenant: undefined }), 'token-invalid'],
      [await sign({ tenant: '../demo' }), 'token-invalid'],
    ]
    for (const [token, code] of cases) {
      const { status, body } = await ask(token)
      expect([status, body['code']], token).toEqual([401, code])
    }
  })

  test('of a role that may not is refused by name', async () => {
    const { status, body } = await api.call('GET', '/api/admin/staff', { token: await sign({}) })
    expect([status, body['code']]).toEqual([403, 'role-not-allowed'])
  })

  test('of another identity provider counts where AUTH_JWKS_URL says so, and our own sign-in is gone', async () => {
    const outside = await startTestApi(database.url, {
      AUTH_SIGNING_KEY: '',
      AUTH_JWKS_URL: `${api.url}/.well-known/jwks.json`,
      AUTH_ISSUER: 'https://id.example',
      AUTH_AUDIENCE: 'shop',
    })
    const token = await sign({}, { issuer: 'https://id.example', audience: 'shop' })
    const let_in = await outside.call('GET', '/api/loyalty/transactions', { token })
    const refused = await outside.call('GET', '/api/loyalty/transactions', { token: await sign({}) })
    const gone = await outside.call('POST', '/api/auth/login', { body: credentials() })
    await outside.close()
    expect([let_in.status, refused.status, gone.status]).toEqual([200, 401, 404])
  })
})
