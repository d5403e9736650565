import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { expect, test } from 'vitest'
import { openKeyRing } from './signing-keys.ts'
import { tokenVerifier } from './verify-token.ts'

const expected = { issuer: 'us', audience: 'them' }
const own = await generateKeyPair('EdDSA', { extractable: true })
const other = await generateKeyPair('ES256')

const sign = (key: CryptoKey | Uint8Array, alg: string) =>
  new SignJWT({ tenant: 'demo', role: 'owner' })
    .setProtectedHeader({ alg })
    .setSubject('somebody')
    .setIssuer('us')
    .setAudience('them')
    .setExpirationTime('1m')
    .sign(key)

test('while our own key signs, EdDSA alone counts, whatever a look-up of keys might find', async () => {
  const jwk = (await exportJWK(own.privateKey)) as never
  const ring = await openKeyRing({ ...expected, keys: { own: [jwk] }, tokenSeconds: 600, refreshDays: 30 })
  expect(await tokenVerifier(ring, expected)(await sign(own.privateKey, 'EdDSA'))).toMatchObject({ tenant: 'demo' })
  const careless = tokenVerifier({ ...ring, publicKey: async () => other.publicKey }, expected)
  await expect(careless(await sign(other.privateKey, 'ES256'))).rejects.toMatchObject({ code: 'token-invalid' })
})

test('an outside provider may sign otherwise, never with a shared secret', async () => {
  const keys = { jwksUrl: 'http://127.0.0.1:9/jwks.json' }
  const ring = await openKeyRing({ ...expected, keys, tokenSeconds: 600, refreshDays: 30 })
  const verify = tokenVerifier({ ...ring, publicKey: async () => other.publicKey }, expected)
  expect(await verify(await sign(other.privateKey, 'ES256'))).toMatchObject({ tenant: 'demo' })
  const secret = new Uint8Array(32)
  const trusting = tokenVerifier({ ...ring, publicKey: async () => secret }, expected)
  await expect(trusting(await sign(secret, 'HS256'))).rejects.toMatchObject({ code: 'token-invalid' })
})
