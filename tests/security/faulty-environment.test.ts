import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { BROADCAST_SECRET, makeSigningKey } from '../harness/api.ts'
import { until } from '../harness/until.ts'
import { ROOT } from './document.ts'

const SECRET = `hidden${randomBytes(12).toString('hex')}`

let signingKey: string
beforeAll(async () => {
  signingKey = await makeSigningKey()
})

const jwkOf = (d: string) => JSON.stringify({ kty: 'OKP', crv: 'Ed25519', x: 'AAAA', d })

test.each(['api', 'realtime'])(
  'a %s that cannot start names each faulty variable, and repeats the value of none',
  async (service) => {
    const names = {
      api: ['BROADCAST_SECRET', 'AUTH_SIGNING_KEY', 'AUTH_JWKS_URL', 'API_PORT', 'LOG_LEVEL', 'WS_SERVER_URL'],
      realtime: ['BROADCAST_SECRET', 'AUTH_JWKS_URL', 'REALTIME_PORT', 'LOG_LEVEL', 'SOCKETS_MAX'],
    }[service]!
    const { status, output } = await run(service, Object.fromEntries(names.map((name) => [name, `${SECRET}!`])))
    expect(status).toBe(78)
    for (const name of names) expect(output).toContain(name)
    expect(output).not.toContain(SECRET)
  },
)

test.each([
  [
    'a connection string that cannot be read',
    (d: string) => ({ DATABASE_URL: `postgresql://me:${d}%zz@127.0.0.1:9/x` }),
  ],
  ['a connection string without a host', (d: string) => ({ DATABASE_URL: `postgresql://me:${d}@:x/y z` })],
  ['a password in the address of a realtime server', (d: string) => ({ WS_SERVER_URL: `http://me:${d}@127.0.0.1:9` })],
  ['a password where an identity provider has its keys', (d: string) => ({ AUTH_JWKS_URL: `https://${d}@id.example` })],
  ['a private key of the wrong length', (d: string) => ({ AUTH_SIGNING_KEY: jwkOf(d) })],
  ['a private key among others', (d: string) => ({ AUTH_SIGNING_KEY: `{"keys":[${signingKey},${jwkOf(d)}]}x` })],
])('an API that cannot start does not repeat %s', async (_, env) => {
  const { output } = await run('api', {
    DATABASE_URL: 'postgresql://me@127.0.0.1:9/x',
    BROADCAST_SECRET,
    AUTH_SIGNING_KEY: signingKey,
    API_PORT: '0',
    LOG_LEVEL: 'trace',
    ...env(SECRET),
  })
  expect(output.length).toBeGreaterThan(50)
  expect(output).not.toContain(SECRET)
})

/** Everything it wrote until it ended, or logged that something is wrong. */
async function run(service: string, env: Record<string, string>) {
  const child = spawn(process.execPath, [join(ROOT, 'services', service, 'src/main.ts')], {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)))
  await until(() => child.exitCode !== null || /"level":[456]0/.test(output), 'an end or a complaint', 20_000)
  return { status: child.exitCode, output }
}
