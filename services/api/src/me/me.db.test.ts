import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newKey, startTestApi, type Answer, type TestApi } from '../../../../tests/harness/api.ts'
import { createDatabase, type TestDatabase } from '../../../../tests/harness/database.ts'
import { makeTenant, type TestCustomer, type TestTenant } from '../../../../tests/harness/tenant.ts'

let database: TestDatabase
let api: TestApi
let demo: TestTenant
let rival: TestTenant
let till: string
let owner: string

beforeAll(async () => {
  database = await createDatabase()
  demo = await makeTenant(database, 'demo')
  rival = await makeTenant(database, 'rival')
  api = await startTestApi(database.url)
  till = await api.signIn(demo, 'terminal')
  owner = await api.signIn(demo, 'owner')
})
afterAll(async () => {
  await api.close()
  await database.drop()
})

/** A customer's own phone: what it asks and shows. */
async function phoneOf({ id }: Pick<TestCustomer, 'id'>) {
  const token = await api.customerToken(id)
  const call = (method: string, path: string) => api.call(method, `/api/me/${path}`, { token })
  return {
    get: async (path: string) => (await call('GET', path)).body,
    post: (path: string) => call('POST', path),
    qr: async () => (await call('GET', 'qr')).body['qr'] as string,
  }
}

const scan = (qr: string, headers = newKey(), body: object = {}): Promise<Answer> =>
  api.call('POST', '/api/admin/qr-scans', { token: till, headers, body: { qr, ...body } })

const add = (customerId: string, points: number, token = till) =>
  api.call('POST', '/api/loyalty/phone-lookup', {
    token,
    headers: newKey(),
    body: { phone: customerId, action: 'add', points },
  })

describe('cards and transactions', () => {
  test('are those of all businesses, with totals, each with where its stream stood (I6)', async () => {
    const { id, phone } = await demo.enrol({ points: 10 })
    await rival.enrol({ points: 5, phone })
    await add(phone, 3)
    const mine = await phoneOf({ id })
    const cards = await mine.get('cards')
    expect(cards['totals']).toEqual({ balance: 18, earned: 18, redeemed: 0 })
    expect(cards['items'].map((card: any) => [card.tenantName, card.programName, card.balance])).toEqual([
      ['Tenant demo', 'Points', 13],
      ['Tenant rival', 'Points', 5],
    ])
    const heads = await database.sql<{ tenant_id: string; epoch: string; head: string }>('select * from streams')
    expect(cards['cursors']).toEqual(
      Object.fromEntries(heads.map(({ tenant_id, epoch, head }) => [tenant_id, `${epoch}:${head}`])),
    )
    const { items } = await mine.get('transactions')
    expect(items.map((item: any) => [item.tenant, item.type, item.points, item.balanceAfter])).toEqual([
      ['demo', 'add', 3, 13],
      ['rival', 'enrol', 5, 5],
      ['demo', 'enrol', 10, 10],
    ])
    expect(JSON.stringify(items)).not.toContain('Till 1')
  })

  test('come in pages without a gap or a repeat, over businesses', async () => {
    const { id, phone } = await demo.enrol({ points: 10 })
    await rival.enrol({ points: 5, phone })
    const theirs = await api.signIn(rival, 'terminal')
    for (let made = 0; made < 6; made++) await add(phone, 1 + made, made % 2 === 0 ? till : theirs)
    const mine = await phoneOf({ id })
    const whole = (await mine.get('transactions'))['items']
    expect(whole).toHaveLength(8)
    for (const list of ['transactions', 'notifications']) {
      const seen: string[] = []
      for (let after = ''; after !== '&pageAfter=null';) {
        const page = await mine.get(`${list}?limit=3${after}`)
        seen.push(...page['items'].map(({ id: each }: { id: string }) => each))
        after = `&pageAfter=${page['nextCursor']}`
      }
      expect(seen, list).toEqual(whole.map(({ id: each }: { id: string }) => each))
    }
  })

  test('of somebody whom nobody knows are none', async () => {
    const mine = await phoneOf({ id: '0199f000-0000-7000-8000-00000000ffff' })
    expect(await mine.get('cards')).toMatchObject({ items: [], totals: { balance: 0 }, cursors: {} })
    expect(await mine.get('notifications')).toMatchObject({ items: [], unread: 0 })
  })
})

describe('notifications', () => {
  test('are unread until they are read, one or all, and keep the time of the first reading', async () => {
    const { id, phone } = await demo.enrol({ points: 10 })
    await add(phone, 1)
    await add(phone, 2)
    const mine = await phoneOf({ id })
    const { items, unread } = await mine.get('notifications')
    expect(unread).toBe(3)
    expect(items[0]).toMatchObject({ kind: 'points_added', points: 2, tenantName: 'Tenant demo', readAt: null })
    expect((await mine.post(`notifications/${items[0].id}/read`)).body).toEqual({ unread: 2 })
    const [read] = (await mine.get('notifications?unread=false'))['items']
    expect((await mine.post('notifications/read')).body).toEqual({ unread: 0 })
    expect((await mine.get('notifications'))['items'][0]).toEqual(read)
    expect(await mine.get('notifications?unread=true')).toMatchObject({ items: [], unread: 0 })
  })

  test('that ask are answered once; what became of them is in the list', async () => {
    const stranger = await rival.enrol({ name: 'Stella', points: 0 })
    const mine = await phoneOf(stranger)
    await scan(await mine.qr())
    const [request] = (await mine.get('notifications'))['items']
    expect(request).toMatchObject({ kind: 'enrolment_request', status: 'pending', tenantName: 'Tenant demo' })
    const answers = await Promise.all([1, 2, 3, 4].map(() => mine.post(`notifications/${request.id}/accept`)))
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200])
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1)
    expect(answers[0]!.body).toMatchObject({ status: 'active', cardId: expect.any(String) })
    const other = await mine.post(`notifications/${request.id}/decline`)
    expect(other).toMatchObject({ status: 409, body: { code: 'already-decided', current: { status: 'active' } } })
    const after = (await mine.get('notifications'))['items'].find(({ id }: any) => id === request.id)
    expect(after).toMatchObject({ status: 'active', readAt: expect.any(String) })
    const [enrolled] = (await mine.get('notifications'))['items']
    expect(await mine.post(`notifications/${enrolled.id}/accept`)).toMatchObject({
      status: 422,
      body: { code: 'nothing-to-decide' },
    })
  })
})

describe('a scan', () => {
  test('is answered again under its key byte for byte, and its code is good for no other', async () => {
    const mine = await phoneOf(await demo.enrol({ points: 10 }))
    const qr = await mine.qr()
    const key = newKey()
    const first = await scan(qr, key, { points: 7 })
    expect(first).toMatchObject({ status: 201, body: { outcome: 'points_awarded', card: { balance: 17 } } })
    const again = await scan(qr, key, { points: 7 })
    expect([again.status, again.text, again.headers.get('idempotency-replayed')]).toEqual([201, first.text, 'true'])
    expect(await scan(qr, key, { points: 8 })).toMatchObject({ status: 422, body: { code: 'idempotency-key-reused' } })
    expect(await scan(qr, newKey(), { points: 7 })).toMatchObject({ status: 409, body: { code: 'qr-used' } })
    const log = await api.call('GET', '/api/admin/qr-scans?limit=1', { token: owner })
    expect(log.body['items']).toMatchObject([
      { outcome: 'points_awarded', pointsAwarded: 7, actor: { name: 'Till 1' } },
    ])
    expect(log.body['items'][0].id).toBe(first.body['id'])
  })

  test('of what is no code is refused with the reason', async () => {
    expect(await scan('https://example.com')).toMatchObject({ status: 400, body: { code: 'qr-invalid' } })
  })
})

describe('the business', () => {
  test('knows of a person whom it asked by phone what it typed, until they enrol', async () => {
    const { phone, id } = await rival.enrol({ name: 'Real Name', points: 0 })
    const made = await api.call('POST', '/api/admin/enrolments', {
      token: till,
      body: { phone: phone.replace('+44', '0'), name: 'The one with the hat' },
    })
    expect(made).toMatchObject({ status: 201, body: { status: 'pending', method: 'manual', customerPhone: phone } })
    const lookUp = () =>
      api.call('GET', `/api/loyalty/phone-lookup?phone=${encodeURIComponent(phone)}`, { token: till })
    expect(await lookUp()).toMatchObject({
      status: 200,
      body: { customer: { name: 'The one with the hat' }, cards: [] },
    })
    expect((await lookUp()).text).not.toContain('Real Name')
    const mine = await phoneOf({ id })
    const [request] = (await mine.get('notifications?limit=1'))['items']
    await mine.post(`notifications/${request.id}/accept`)
    expect((await lookUp()).body).toMatchObject({ customer: { name: 'Real Name' }, cards: [{ balance: 0 }] })
  })

  test('lists enrolments by status in pages, and says where a customer stands', async () => {
    const asked = await Promise.all(
      [1, 2, 3, 4, 5].map(async (n) => {
        const { body } = await api.call('POST', '/api/admin/enrolments', {
          token: owner,
          body: { phone: `+44730661000${n}`, name: `Asked ${n}` },
        })
        return body as { id: string; customerId: string }
      }),
    )
    const seen: string[] = []
    for (let after = ''; after !== '&pageAfter=null';) {
      const { body } = await api.call('GET', `/api/admin/enrolments?status=pending&limit=2${after}`, { token: owner })
      seen.push(...body['items'].map(({ id }: { id: string }) => id))
      after = `&pageAfter=${body['nextCursor']}`
    }
    expect(new Set(seen).size).toBe(seen.length)
    expect(seen).toEqual(expect.arrayContaining(asked.map(({ id }) => id)))
    const status = () =>
      api.call('GET', `/api/admin/enrolments/status?customerId=${asked[0]!.customerId}`, { token: till })
    expect((await status()).body['items']).toMatchObject([{ programName: 'Points', enrolment: { status: 'pending' } }])
    await api.call('POST', `/api/admin/enrolments/${asked[0]!.id}/cancel`, { token: owner })
    expect((await status()).body['items']).toMatchObject([{ enrolment: { status: 'cancelled' } }])
  })

  test('adjusts by hand, once for a key, and lists it', async () => {
    const { id } = await demo.enrol({ points: 10 })
    const adjust = (headers: Record<string, string>, points: number) =>
      api.call('POST', '/api/admin/adjustments', {
        token: owner,
        headers,
        body: { customerId: id, points, reason: 'Waited too long' },
      })
    const key = newKey()
    const first = await adjust(key, 5)
    expect(first).toMatchObject({ status: 201, body: { status: 'approved', points: 5, actor: { type: 'staff' } } })
    expect((await adjust(key, 5)).text).toBe(first.text)
    const refused = await adjust(newKey(), -100)
    expect(refused).toMatchObject({ status: 422, body: { code: 'insufficient-points', available: 15 } })
    const { body } = await api.call('GET', `/api/admin/adjustments?customerId=${id}`, { token: owner })
    expect(body['items']).toHaveLength(1)
    expect((await (await phoneOf({ id })).get('notifications'))['items'][0]).toMatchObject({
      kind: 'points_added',
      points: 5,
      reason: 'Waited too long',
    })
  })
})
