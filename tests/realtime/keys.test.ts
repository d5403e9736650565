import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, onTestFinished, test, vi } from 'vitest'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { remoteKeys } from '../../services/realtime/src/keys.ts'
import { createTokenVerifier, type Refusal } from '../../services/realtime/src/token.ts'

afterEach(() => void vi.useRealTimers())

/** A provider whose key set, and whose answers, can be changed. */
async function startProvider() {
  const provider = { keys: [] as object[], up: true, fetches: 0, url: '' }
  const server = createServer((_request, response) => {
    provider.fetches++
    response.writeHead(provider.up ? 200 : 503).end(JSON.stringify({ keys: provider.keys }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  provider.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json`
  return provider
}

async function createSigner(kid: string) {
  const { privateKey, publicKey } = await generateKeyPair('EdDSA')
  const sign = () =>
    new SignJWT({ sub: 's', tenant: 'demo', role: 'admin', iss: 'us', aud: 'us', exp: Date.now() / 1000 + 9999 })
      .setProtectedHeader({ alg: 'EdDSA', kid })
      .sign(privateKey)
  return { jwk: { ...(await exportJWK(publicKey)), kid }, sign }
}

function verifierOf(url: string): (token: string) => Promise<string> {
  const verify = createTokenVerifier(remoteKeys(url), { issuer: 'us', audience: 'us' }, Date.now)
  return (token) =>
    verify(token).then(
      () => 'accepted',
      (error: Refusal) => error.code,
    )
}

test('keys are fetched once, and again when a token names one that is new', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  const [provider, old, fresh] = [await startProvider(), await createSigner('old'), await createSigner('fresh')]
  provider.keys = [old.jwk]
  const check = verifierOf(provider.url)
  for (let again = 0; again < 3; again++) expect(await check(await old.sign())).toBe('accepted')
  expect(provider.fetches).toBe(1)
  provider.keys = [fresh.jwk, old.jwk]
  vi.advanceTimersByTime(5001)
  expect(await check(await fresh.sign())).toBe('accepted')
  expect(await check(await old.sign())).toBe('accepted')
  expect(provider.fetches).toBe(2)
})

test('tokens that name keys which nobody has do not become a flood of fetches', async () => {
  const [provider, known, stranger] = [await startProvider(), await createSigner('known'), await createSigner('x')]
  provider.keys = [known.jwk]
  const check = verifierOf(provider.url)
  for (let again = 0; again < 10; again++) expect(await check(await stranger.sign())).toBe('token-invalid')
  expect(provider.fetches).toBeLessThanOrEqual(2)
})

test('while the provider is down nobody whose key is known is locked out, others may try again', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  const [provider, known, fresh] = [await startProvider(), await createSigner('known'), await createSigner('fresh')]
  const check = verifierOf(provider.url)
  provider.up = false
  expect(await check(await known.sign())).toBe('keys-unavailable')
  provider.up = true
  provider.keys = [known.jwk]
  expect(await check(await known.sign())).toBe('accepted')
  provider.up = false
  vi.advanceTimersByTime(601_000)
  expect(await check(await known.sign())).toBe('accepted')
  expect(await check(await fresh.sign())).toBe('keys-unavailable')
})

test('a provider that cannot be reached is a provider that is down', async () => {
  const check = verifierOf('http://127.0.0.1:9/jwks.json')
  expect(await check(await (await createSigner('x')).sign())).toBe('keys-unavailable')
})

test('a key that was taken out of the set is not accepted after the cache time', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  const [provider, old, fresh] = [await startProvider(), await createSigner('old'), await createSigner('fresh')]
  provider.keys = [old.jwk]
  const check = verifierOf(provider.url)
  expect(await check(await old.sign())).toBe('accepted')
  provider.keys = [fresh.jwk]
  vi.advanceTimersByTime(601_000)
  expect(await check(await old.sign())).toBe('token-invalid')
})
