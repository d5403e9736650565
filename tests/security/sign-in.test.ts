import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hashPassword } from '../../services/api/src/http/auth/password.ts'
import { startTestApi, type Answer, type TestApi } from '../harness/api.ts'
import { createDatabase, type TestDatabase } from '../harness/database.ts'
import { makeTenant, PASSWORD } from '../harness/tenant.ts'

/** Failures of one account at one address in a minute; five times that of the account, and of the address. */
const LIMIT = 4

let database: TestDatabase

beforeAll(async () => {
  database = await createDatabase()
  await makeTenant(database, 'demo')
  // As dear to check as in earnest: those of other tests are cheap.
  await database.sql('update staff set password_hash = $1', [await hashPassword(PASSWORD)])
})
afterAll(() => database.drop())

/** An API that believes X-Forwarded-For, so that one test can be many addresses; nothing is counted yet. */
async function withApi(work: (api: TestApi) => Promise<void>, env: Record<string, string> = {}): Promise<void> {
  const api = await startTestApi(database.url, {
    TRUST_PROXY: 'true',
    SIGN_IN_LIMIT_PER_MINUTE: String(LIMIT),
    ...env,
  })
  try {
    await work(api)
  } finally {
    await api.close()
  }
}

const address = (number: number) => `198.51.100.${number}`

function logIn(api: TestApi, from: string, email: string, password = 'a wrong one'): Promise<Answer> {
  const headers = { 'x-forwarded-for': from }
  return api.call('POST', '/api/auth/login', { headers, body: { tenant: 'demo', email, password } })
}

/** How many of these, one after the other, were let through to be checked. */
async function checked(attempts: (() => Promise<Answer>)[]): Promise<number> {
  let count = 0
  for (const attempt of attempts) if ((await attempt()).status === 401) count++
  return count
}

const times = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i))

describe('guessing', () => {
  test('at one account is bounded however many addresses it comes from, and no other account is locked', () =>
    withApi(async (api) => {
      const guesses = times(40, (number) => () => logIn(api, address(number), 'owner@demo.test'))
      expect(await checked(guesses)).toBe(5 * LIMIT)
      const refused = await logIn(api, address(100), 'OWNER@demo.test', PASSWORD)
      expect([refused.status, refused.body['code']]).toEqual([429, 'rate-limited'])
      for (const name of ['retry-after', 'ratelimit-reset']) {
        expect(Number(refused.headers.get(name)), name).toBeGreaterThan(0)
      }
      expect(refused.headers.get('ratelimit-remaining')).toBe('0')
      expect((await logIn(api, address(100), 'admin@demo.test', PASSWORD)).status).toBe(200)
    }))

  test('at many accounts is bounded for one address, and no other address is locked', () =>
    withApi(async (api) => {
      const guesses = times(40, (number) => () => logIn(api, address(1), `somebody-${number}@demo.test`))
      expect(await checked(guesses)).toBe(5 * LIMIT)
      expect((await logIn(api, address(1), 'owner@demo.test', PASSWORD)).status).toBe(429)
      expect((await logIn(api, address(2), 'owner@demo.test', PASSWORD)).status).toBe(200)
    }))

  test('from one address at one account does not lock its owner out elsewhere', () =>
    withApi(async (api) => {
      expect(await checked(times(40, () => () => logIn(api, address(1), 'owner@demo.test')))).toBe(LIMIT)
      expect((await logIn(api, address(2), 'owner@demo.test', PASSWORD)).status).toBe(200)
    }))

  test('from the addresses of one IPv6 network is guessing from one address', () =>
    withApi(async (api) => {
      const guesses = times(40, (number) => () => logIn(api, `2001:db8::${number + 1}`, `somebody-${number}@demo.test`))
      expect(await checked(guesses)).toBe(5 * LIMIT)
      expect((await logIn(api, '2001:db8:0:1::1', 'owner@demo.test', PASSWORD)).status).toBe(200)
    }))

  test('at terminal keys is bounded for one address', () =>
    withApi(async (api) => {
      const guess = (number: number) =>
        api.call('POST', '/api/auth/terminal', {
          headers: { 'x-forwarded-for': address(1) },
          body: { key: `ltk_guess-${number}` },
        })
      expect(await checked(times(40, (number) => () => guess(number)))).toBe(5 * LIMIT)
    }))

  test('many at once is no way around it: beyond 100 checks at a time the rest is told to come later', () =>
    withApi(
      async (api) => {
        const guesses = times(130, (number) => logIn(api, address(number), `somebody-${number}@demo.test`))
        const statuses = (await Promise.all(guesses)).map(({ status }) => status)
        expect(new Set(statuses)).toEqual(new Set([401, 503]))
        expect(statuses.filter((status) => status === 401).length).toBeGreaterThanOrEqual(100)
      },
      { SIGN_IN_LIMIT_PER_MINUTE: '10000' },
    ))
})

test('who succeeds is not held back by how many others do at the same address', () =>
  withApi(async (api) => {
    const emails = ['owner', 'admin', 'cashier'].map((role) => `${role}@demo.test`)
    const answers = await Promise.all(
      times(3 * LIMIT, (number) => logIn(api, address(1), emails[number % 3]!, PASSWORD)),
    )
    expect(answers.map(({ status }) => status)).toEqual(times(3 * LIMIT, () => 200))
  }))

test('the time of a refusal does not tell whether the account, or the tenant, is there', () =>
  withApi(
    async (api) => {
      const ask = (tenant: string, email: string) =>
        api.call('POST', '/api/auth/login', { body: { tenant, email, password: 'a wrong one' } })
      const kinds = [
        () => ask('demo', 'owner@demo.test'),
        () => ask('demo', 'nobody@demo.test'),
        () => ask('no-such-tenant', 'owner@demo.test'),
      ]
      const fastestMs = kinds.map(() => Infinity)
      // The fastest of many, taken in turns: what else the machine does only ever makes an answer slower.
      for (let round = 0; round < 12; round++) {
        for (const [index, kind] of kinds.entries()) {
          const startedAt = performance.now()
          expect((await kind()).status).toBe(401)
          fastestMs[index] = Math.min(fastestMs[index]!, performance.now() - startedAt)
        }
      }
      // An answer that skipped the check of a password would come in a tenth of the time.
      expect(Math.max(...fastestMs) / Math.min(...fastestMs)).toBeLessThan(4)
    },
    { SIGN_IN_LIMIT_PER_MINUTE: '10000' },
  ))
