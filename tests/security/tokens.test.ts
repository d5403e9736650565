import { createHmac, createPublicKey, sign as signBytes } from 'node:crypto'
import { CompactEncrypt, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose'
import { io } from 'socket.io-client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeSigningKey } from '../harness/api.ts'
import { openWorld, type World } from '../harness/world.ts'

let world: World
let jwk: JWK & { d: string; x: string }
let stranger: { jwk: JWK; key: CryptoKey }
let elliptic: { jwk: JWK; key: CryptoKey }

beforeAll(async () => {
  const signingKey = await makeSigningKey()
  jwk = JSON.parse(signingKey)
  stranger = await keyPair('EdDSA')
  elliptic = await keyPair('ES256')
  world = await openWorld(() => ({ AUTH_SIGNING_KEY: signingKey }))
  await world.tenant('demo')
})
afterAll(() => world.close())

async function keyPair(algorithm: string): Promise<{ jwk: JWK; key: CryptoKey }> {
  const { publicKey, privateKey } = await generateKeyPair(algorithm, { extractable: true })
  return { jwk: await exportJWK(publicKey), key: privateKey }
}

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
const now = () => Math.floor(Date.now() / 1000)
const soundClaims = () => ({
  sub: 'somebody',
  tenant: 'demo',
  role: 'owner',
  iss: 'loyalty-live',
  aud: 'loyalty-live',
  exp: now() + 60,
})

/** A token by hand, signed with the server's own key unless told otherwise: only what the case is about is wrong with it. */
async function forge(header: object, claims: object = {}, key?: CryptoKey): Promise<string> {
  const input = `${encode({ alg: 'EdDSA', ...header })}.${encode({ ...soundClaims(), ...claims })}`
  const own = key ?? ((await importJWK(jwk, 'EdDSA')) as CryptoKey)
  const algorithm = own.algorithm.name === 'ECDSA' ? { name: 'ECDSA', hash: 'SHA-256' } : own.algorithm.name
  const signature = await crypto.subtle.sign(algorithm, own, Buffer.from(input))
  return `${input}.${Buffer.from(signature).toString('base64url')}`
}

function hmac(secret: string | Buffer): string {
  const input = `${encode({ alg: 'HS256' })}.${encode(soundClaims())}`
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`
}

const publicPem = () => createPublicKey({ key: jwk, format: 'jwk' }).export({ type: 'spki', format: 'pem' })

/** Each must be refused, by the API and by the socket. */
const forgeries: Record<string, () => string | Promise<string>> = {
  'no signature (alg none)': () => `${encode({ alg: 'none' })}.${encode(soundClaims())}.`,
  'alg NONE in other letters': () => `${encode({ alg: 'NoNe' })}.${encode(soundClaims())}.`,
  'an empty signature': () => `${encode({ alg: 'EdDSA' })}.${encode(soundClaims())}.`,
  'no alg': () => forge({ alg: undefined }),
  'HS256 with the public key, as PEM, as the secret': () => hmac(publicPem()),
  'HS256 with the public key, as bytes, as the secret': () => hmac(Buffer.from(jwk.x, 'base64url')),
  'HS256 with an empty secret': () => hmac(''),
  'a key of its own in the header (jwk)': () => forge({ jwk: stranger.jwk }, {}, stranger.key),
  'a key of its own in the header, of another type': () => forge({ alg: 'ES256', jwk: elliptic.jwk }, {}, elliptic.key),
  'an address of its own keys in the header (jku)': () => forge({ jku: 'http://127.0.0.1:9/' }, {}, stranger.key),
  'a certificate in the header (x5c, x5u)': () => forge({ x5u: 'http://127.0.0.1:9/', x5c: ['AA'] }, {}, stranger.key),
  'a kid of nobody': () => forge({ kid: 'nobody' }),
  'a kid that is a path': () => forge({ kid: '../../../../dev/null' }, {}, stranger.key),
  'a kid that is SQL': () => forge({ kid: "' or '1'='1" }, {}, stranger.key),
  'a kid that is no text': () => forge({ kid: { toString: 1 } }, {}, stranger.key),
  'an extension that it calls critical (crit)': () => forge({ crit: ['extra'], extra: true }),
  'an unencoded payload (b64)': () => forge({ crit: ['b64'], b64: false }),
  'another issuer': () => forge({}, { iss: 'https://id.example' }),
  'no issuer': () => forge({}, { iss: undefined }),
  'another audience': () => forge({}, { aud: 'another-service' }),
  'no audience': () => forge({}, { aud: undefined }),
  'an expiry that is past': () => forge({}, { exp: now() - 1 }),
  'no expiry': () => forge({}, { exp: undefined }),
  'an expiry that is text': () => forge({}, { exp: '9999999999' }),
  'a start in the future': () => forge({}, { nbf: now() + 60 }),
  'no subject': () => forge({}, { sub: undefined }),
  'no role': () => forge({}, { role: undefined }),
  'a role that there is not': () => forge({}, { role: 'superuser' }),
  'several roles': () => forge({}, { role: ['owner'] }),
  'no tenant': () => forge({}, { tenant: undefined }),
  'a tenant that is no slug': () => forge({}, { tenant: '../demo' }),
  'several tenants': () => forge({}, { tenant: ['demo', 'rival'] }),
  'claims that are no object': async () => {
    const input = `${encode({ alg: 'EdDSA' })}.${encode([soundClaims()])}`
    return `${input}.${signBytes(null, Buffer.from(input), { key: jwk as never, format: 'jwk' }).toString('base64url')}`
  },
  'four parts': async () => `${await forge({})}.AAAA`,
  'one part': () => encode(soundClaims()),
  'encryption instead of a signature': async () =>
    new CompactEncrypt(Buffer.from(JSON.stringify(soundClaims())))
      .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
      .encrypt(new Uint8Array(32)),
}

async function askApi(token: string): Promise<string> {
  const { status, body } = await world.api.call('GET', '/api/loyalty/transactions', { token })
  return status === 200 ? 'let in' : `${status} ${String(body['code'])}`
}

/** `let in`, or the code of the refusal. */
function askSocket(token: string): Promise<string> {
  const socket = io(world.realtime!.url, { auth: { token }, forceNew: true, reconnection: false })
  return new Promise<string>((resolve) => {
    socket.once('ready', () => resolve('let in'))
    socket.once('connect_error', (error) => resolve(error.message))
  }).finally(() => socket.disconnect())
}

test('a token made like these, with nothing wrong, is let in by both', async () => {
  for (const token of [await forge({}), await forge({}, { aud: ['another-service', 'loyalty-live'] })]) {
    expect([await askApi(token), await askSocket(token)]).toEqual(['let in', 'let in'])
  }
})

describe.each(Object.entries(forgeries))('a token with %s', (_, make) => {
  test('is refused by the API and by the socket', async () => {
    const token = await make()
    expect(await askApi(token)).toMatch(/^401 token-(invalid|expired)$/)
    expect(await askSocket(token)).toMatch(/^(token-invalid|token-expired|wrong-tenant|role-not-allowed)$/)
  })
})

test('a token of more than a header holds, or a socket takes, is refused by size', async () => {
  const token = await forge({}, { padding: 'x'.repeat(20_000) })
  expect((await world.api.call('GET', '/api/loyalty/transactions', { token })).status).toBe(431)
  const [head, claims] = token.split('.')
  expect(await askSocket(`${head}.${claims}`.slice(0, 9000))).toBe('bad-handshake')
})
