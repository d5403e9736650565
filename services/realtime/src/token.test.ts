import { createLocalJWKSet, exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWTPayload } from 'jose'
import { describe, expect, test } from 'vitest'
import { createTokenVerifier, Refusal } from './token.ts'

const NOW = Date.parse('2026-11-21T12:00:00Z')
const ed = await generateKeyPair('EdDSA', { extractable: true })
const rsa = await generateKeyPair('RS256', { extractable: true })
const stranger = await generateKeyPair('EdDSA')
const edPublic = await exportJWK(ed.publicKey)
const keys = createLocalJWKSet({
  keys: [
    { ...edPublic, kid: 'ed' },
    { ...(await exportJWK(rsa.publicKey)), kid: 'rsa' },
  ],
})
const verify = createTokenVerifier(keys, { issuer: 'us', audience: 'them' }, () => NOW)

const CLAIMS = { sub: 'till-2', tenant: 'demo', role: 'terminal', iss: 'us', aud: 'them', exp: NOW / 1000 + 60 }

function sign(changes: JWTPayload = {}, key: CryptoKey | Uint8Array = ed.privateKey, alg = 'EdDSA', kid = 'ed') {
  return new SignJWT({ ...CLAIMS, ...changes }).setProtectedHeader({ alg, kid }).sign(key)
}

async function codeOf(token: string): Promise<string> {
  try {
    await verify(token)
  } catch (error) {
    if (error instanceof Refusal) return error.code
    throw error
  }
  return 'accepted'
}

describe('whom a token stands for', () => {
  test.each(['owner', 'admin', 'cashier', 'terminal', 'service'])('%s: the room of its tenant', async (role) => {
    expect(await verify(await sign({ role }))).toEqual({
      subject: 'till-2',
      tenant: 'demo',
      room: { name: 'tenant:demo', kind: 'tenant', tenant: 'demo' },
      expiresAtMs: NOW + 60_000,
    })
  })

  test('a customer: a room of their own, whatever tenant the token claims', async () => {
    const identity = await verify(await sign({ role: 'customer', sub: 'C-1' }))
    expect(identity).toMatchObject({ tenant: null, room: { name: 'customer:c-1', kind: 'customer', tenant: null } })
  })

  test('an RSA key of an outside provider is as good', async () => {
    expect(await codeOf(await sign({}, rsa.privateKey, 'RS256', 'rsa'))).toBe('accepted')
  })
})

describe('refusals', () => {
  test.each([
    ['another issuer', { iss: 'other' }, 'token-invalid'],
    ['another audience', { aud: 'other' }, 'token-invalid'],
    ['no subject', { sub: '' }, 'token-invalid'],
    ['no role', { role: undefined }, 'token-invalid'],
    ['a tenant that is no slug', { tenant: '../x' }, 'token-invalid'],
    ['no expiry', { exp: undefined }, 'token-invalid'],
    ['an expiry beyond the calendar', { exp: 1e15 }, 'token-invalid'],
    ['not yet valid', { nbf: NOW / 1000 + 60 }, 'token-invalid'],
    ['expired', { exp: NOW / 1000 - 60 }, 'token-expired'],
    ['expired this very moment', { exp: NOW / 1000 }, 'token-expired'],
    ['a role without a room', { role: 'auditor' }, 'role-not-allowed'],
    ['staff of no tenant', { tenant: undefined }, 'wrong-tenant'],
  ])('%s', async (_, changes, code) => {
    expect(await codeOf(await sign(changes as JWTPayload))).toBe(code)
  })

  test('an issuer whose clock is a little ahead is borne with', async () => {
    expect(await codeOf(await sign({ nbf: NOW / 1000 + 4 }))).toBe('accepted')
  })

  test('a stranger’s key, a changed payload, an unknown key, no token at all', async () => {
    expect(await codeOf(await sign({}, stranger.privateKey))).toBe('token-invalid')
    const [head, , signature] = (await sign()).split('.')
    const forged = Buffer.from(JSON.stringify({ ...CLAIMS, tenant: 'rival' })).toString('base64url')
    expect(await codeOf(`${head}.${forged}.${signature}`)).toBe('token-invalid')
    expect(await codeOf(await sign({}, ed.privateKey, 'EdDSA', 'gone'))).toBe('token-invalid')
    expect(await codeOf('hello')).toBe('token-invalid')
  })

  test('an unsigned token, and one signed with the public key as an HMAC secret', async () => {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    expect(await codeOf(`${part({ alg: 'none', kid: 'ed' })}.${part(CLAIMS)}.`)).toBe('token-invalid')
    const confused = await sign({}, Buffer.from(edPublic.x!, 'base64url'), 'HS256')
    expect(await codeOf(confused)).toBe('token-invalid')
  })

  test('whatever keys may say, a shared secret proves nothing', async () => {
    const secret = new Uint8Array(32).fill(7)
    const trusting = createTokenVerifier(
      async () => secret,
      { issuer: 'us', audience: 'them' },
      () => NOW,
    )
    await expect(trusting(await sign({}, secret, 'HS256'))).rejects.toMatchObject({ code: 'token-invalid' })
  })

  test('no refusal repeats the token', async () => {
    const token = await sign({ iss: 'other' })
    await expect(verify(token)).rejects.toSatisfy((error: Refusal) => !error.detail.includes(token.split('.')[1]!))
  })
})
