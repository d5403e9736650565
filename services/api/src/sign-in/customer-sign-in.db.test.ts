import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestApi, type TestApi } from '../../../../tests/harness/api.ts'
import { startCodeWebhook, type CodeWebhook } from '../../../../tests/harness/code-webhook.ts'
import { createDatabase, type TestDatabase } from '../../../../tests/harness/database.ts'
import { makeTenant, type TestTenant } from '../../../../tests/harness/tenant.ts'

let database: TestDatabase
let webhook: CodeWebhook
let api: TestApi
let tenant: TestTenant
let phones = 0

beforeAll(async () => {
  database = await createDatabase()
  tenant = await makeTenant(database, 'demo')
  webhook = await startCodeWebhook()
  api = await startTestApi(database.url, { ...webhook.env, SIGN_IN_LIMIT_PER_MINUTE: '1000' })
})
afterAll(async () => {
  await api.close()
  await webhook.close()
  await database.drop()
})

const newPhone = () => `+4473065${20_000 + phones++}`
const ask = (phone: string) => api.call('POST', '/api/auth/customer/code', { body: { phone } })
const verify = (phone: string, code: string, more = {}) =>
  api.call('POST', '/api/auth/customer/verify', { body: { phone, code, ...more } })
const refresh = (refreshToken: string) => api.call('POST', '/api/auth/refresh', { body: { refreshToken } })

async function codeFor(phone: string): Promise<string> {
  expect((await ask(phone)).status).toBe(202)
  return webhook.codesFor(phone).at(-1)!
}

const anotherThan = (code: string) => String((Number(code) + 1) % 1_000_000).padStart(6, '0')

describe('a customer', () => {
  test('signs in by the code that was sent to their phone, and sees their cards', async () => {
    const { id, phone } = await tenant.enrol({ name: 'John Doe', points: 275 })
    const { status, body } = await verify(phone.replace('+44', '+44 (0)'), await codeFor(phone))
    expect(status).toBe(200)
    expect(body['user']).toEqual({ id, name: 'John Doe', role: 'customer' })
    const cards = await api.call('GET', '/api/me/cards', { token: body['token'] })
    expect(cards.body['totals']).toMatchObject({ balance: 275 })
    expect((await api.call('GET', '/api/admin/customers', { token: body['token'] })).status).toBe(403)
  })

  test('whom nobody knows becomes one by the right code, not before', async () => {
    const phone = newPhone()
    const code = await codeFor(phone)
    await verify(phone, anotherThan(code), { name: 'Nora New' })
    const known = () => database.sql('select name from customers where phone = $1', [phone])
    expect(await known()).toEqual([])
    expect((await verify(phone, code, { name: 'Nora New' })).body['user']).toMatchObject({ name: 'Nora New' })
    expect(await known()).toEqual([{ name: 'Nora New' }])
    expect((await verify(phone, await codeFor(phone), { name: 'Other' })).body['user']).toMatchObject({
      name: 'Nora New',
    })
  })

  test('who is known and who is not get one answer', async () => {
    const [known, unknown] = [(await tenant.enrol({ points: 1 })).phone, newPhone()]
    const asked = await Promise.all([ask(known), ask(unknown)])
    expect(new Set(asked.map(({ status, text }) => `${status} ${text}`)).size).toBe(1)
    const refused = await Promise.all([known, unknown, newPhone()].map((phone) => verify(phone, '000000')))
    expect(new Set(refused.map(({ status, text }) => `${status} ${text}`)).size).toBe(1)
    expect(refused[0]!.body['code']).toBe('sign-in-failed')
  })

  test('types the number with its country code', async () => {
    expect(await ask('07306 506797')).toMatchObject({ status: 400, body: { code: 'invalid-request' } })
  })
})

describe('a code', () => {
  test('counts once', async () => {
    const phone = newPhone()
    const code = await codeFor(phone)
    const answers = await Promise.all(Array.from({ length: 8 }, () => verify(phone, code)))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
  })

  test('is tried five times, also when all tries come at once', async () => {
    const phone = newPhone()
    const code = await codeFor(phone)
    const wrong = anotherThan(code)
    for (let tries = 0; tries < 4; tries++) await verify(phone, wrong)
    expect((await verify(phone, code)).status).toBe(200)
    const next = await codeFor(phone)
    await Promise.all(Array.from({ length: 16 }, () => verify(phone, anotherThan(next))))
    expect((await verify(phone, next)).status).toBe(401)
  })

  test('counts for ten minutes, and until the next one is sent', async () => {
    const phone = newPhone()
    const first = await codeFor(phone)
    const second = await codeFor(phone)
    if (first !== second) expect((await verify(phone, first)).status).toBe(401)
    await database.sql('update customer_codes set expires_at = now() where phone = $1', [phone])
    expect((await verify(phone, second)).status).toBe(401)
  })

  test('is not in the database', async () => {
    const phone = newPhone()
    const code = await codeFor(phone)
    const [row] = await database.sql<{ text: string }>(
      'select to_jsonb(c)::text as text from customer_codes c where phone = $1',
      [phone],
    )
    expect(row!.text).not.toContain(code)
  })

  test('is sent five times an hour to one phone, and then no more', async () => {
    const phone = newPhone()
    for (let sent = 0; sent < 5; sent++) await codeFor(phone)
    const refused = await ask(phone)
    expect([refused.status, refused.body['code']]).toEqual([429, 'rate-limited'])
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(3_500)
    expect(webhook.codesFor(phone)).toHaveLength(5)
    await database.sql(`update customer_codes set sent_since = now() - interval '61 minutes' where phone = $1`, [phone])
    expect((await ask(phone)).status).toBe(202)
  })

  test('that could not be sent is said to be so', async () => {
    webhook.answerWith(500)
    expect(await ask(newPhone())).toMatchObject({ status: 503, body: { code: 'code-not-sent' } })
    webhook.answerWith(204)
  })
})

describe('a customer’s refresh token', () => {
  async function signedIn() {
    const phone = newPhone()
    return (await verify(phone, await codeFor(phone))).body
  }

  test('gives the next pair; used again later it ends every token of its family', async () => {
    const first = await signedIn()
    const { status, body: second } = await refresh(first['refreshToken'])
    expect([status, second['user']]).toEqual([200, first['user']])
    await database.sql(`update customer_refresh_tokens set used_at = used_at - interval '31 seconds'`)
    const [thief, owner] = [await refresh(first['refreshToken']), await refresh(second['refreshToken'])]
    expect([thief.status, owner.status]).toEqual([401, 401])
  })

  test('is given up by signing out, and is nothing to anybody else’s', async () => {
    const [mine, other] = [await signedIn(), await signedIn()]
    const [, secret] = mine['refreshToken'].split('.')
    expect((await refresh(`~${other['user'].id}.${secret}`)).status).toBe(401)
    expect((await refresh(`${other['user'].id}.${secret}`)).status).toBe(401)
    await api.call('POST', '/api/auth/logout', { body: { refreshToken: mine['refreshToken'] } })
    expect((await refresh(mine['refreshToken'])).status).toBe(401)
    expect((await refresh(other['refreshToken'])).status).toBe(200)
  })
})
