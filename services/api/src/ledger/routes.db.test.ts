import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newKey, startTestApi, type TestApi } from '../../../../tests/harness/api.ts'
import { createDatabase, type TestDatabase } from '../../../../tests/harness/database.ts'
import { makeTenant, type TestTenant } from '../../../../tests/harness/tenant.ts'
import { pointsChange } from './answer.ts'

let database: TestDatabase
let api: TestApi
let tenant: TestTenant
let till: string
let cashier: string

beforeAll(async () => {
  database = await createDatabase()
  tenant = await makeTenant(database, 'demo')
  await makeTenant(database, 'rival')
  api = await startTestApi(database.url)
  till = await api.signIn(tenant, 'terminal')
  cashier = await api.signIn(tenant, 'cashier')
})
afterAll(async () => {
  await api.close()
  await database.drop()
})

const redeem = (body: object, headers = newKey(), token = till) =>
  api.call('POST', '/api/customer/loyalty/redeem', { token, headers, body })
const byPhone = (body: object, headers = newKey()) =>
  api.call('POST', '/api/loyalty/phone-lookup', { token: till, headers, body })
const lookUp = (phone: string) =>
  api.call('GET', `/api/loyalty/phone-lookup?phone=${encodeURIComponent(phone)}`, { token: till })

describe('look-up by phone', () => {
  test('gives customer, member, cards and the position that they reflect', async () => {
    const john = await tenant.enrol({ name: 'John Doe', phone: '+447306506797', points: 275 })
    const { status, body } = await lookUp(john.phone)
    expect(status).toBe(200)
    expect(body).toEqual({
      customer: { id: john.id, phone: '+447306506797', name: 'John Doe' },
      member: { displayName: 'John Doe', vip: false, version: 1 },
      cards: [
        {
          id: john.cardId,
          programId: tenant.programId,
          programName: 'Points',
          balance: 275,
          earned: 275,
          redeemed: 0,
          version: 1,
        },
      ],
      cursor: expect.stringMatching(/^\d+:\d+$/),
    })
  })

  test.each([
    '+447306506797',
    '07306506797',
    '07306 506 797',
    '(07306) 506-797',
    '0044 7306 506797',
    '+44 (0)7306 506797',
  ])('finds the one customer when the number is typed as %s', async (typed) => {
    expect((await lookUp(typed)).body).toMatchObject({ customer: { name: 'John Doe' } })
  })

  test('of nobody here says so, and does not tell whether they are somebody elsewhere', async () => {
    const rival = await makeTenant(database, 'rival2')
    const theirs = await rival.enrol({ points: 5 })
    const strangers = await Promise.all([lookUp(theirs.phone), lookUp('+447306599999')])
    expect(strangers.map(({ status, body }) => [status, body['code']])).toEqual([
      [404, 'customer-not-found'],
      [404, 'customer-not-found'],
    ])
  })

  test.each(['abc', '12', '+', '++44', '999999999999999999'])('refuses %j as a number', async (typed) => {
    const { status, body } = await lookUp(typed)
    expect([status, body['code'], body['errors'][0].field]).toEqual([400, 'invalid-request', 'query.phone'])
  })
})

describe('a redemption', () => {
  test('answers 201 with the card after it, as the schema of the contract says', async () => {
    const { id, cardId } = await tenant.enrol({ points: 275 })
    const { status, body } = await redeem({ customerId: id, points: 75, orderId: '12345', reason: 'Lunch' })
    expect(status).toBe(201)
    expect(pointsChange.parse(body)).toEqual(body)
    expect(body).toMatchObject({ cardId, pointsChange: -75, balance: 200, earned: 275, redeemed: 75, cardVersion: 2 })
  })

  test('is the same request by POST and by PUT', async () => {
    const { id } = await tenant.enrol({ points: 10 })
    const headers = newKey()
    const first = await redeem({ customerId: id, points: 4 }, headers)
    const again = await api.call('PUT', '/api/customer/loyalty/redeem', {
      token: till,
      headers,
      body: { customerId: id, points: 4 },
    })
    expect([again.status, again.text, again.headers.get('idempotency-replayed')]).toEqual([201, first.text, 'true'])
  })

  test('of more than there is answers 422 with what is available', async () => {
    const { id } = await tenant.enrol({ points: 10 })
    const { status, headers, body } = await redeem({ customerId: id, points: 11 })
    expect([status, headers.get('content-type')]).toEqual([422, 'application/problem+json; charset=utf-8'])
    expect(body).toEqual({
      type: 'urn:loyalty-live:error:insufficient-points',
      title: 'The card does not hold enough points',
      status: 422,
      detail: 'the card holds 10 points, 11 were asked for',
      code: 'insufficient-points',
      available: 10,
      requested: 11,
    })
  })

  test('by phone, however it is typed, is the same request', async () => {
    const { phone } = await tenant.enrol({ points: 10 })
    const headers = newKey()
    const first = await byPhone({ phone, action: 'redeem', points: 3 }, headers)
    const again = await byPhone({ phone: phone.replace('+44', '0'), action: 'redeem', points: 3 }, headers)
    expect([first.status, again.status, again.text]).toEqual([201, 201, first.text])
  })

  test('adds by phone', async () => {
    const { phone } = await tenant.enrol({ points: 10 })
    const { status, body } = await byPhone({ phone, action: 'add', points: 5, reason: 'Coffee' })
    expect([status, body['balance'], body['earned']]).toEqual([201, 15, 15])
  })
})

describe('repeating a request', () => {
  test('gives the first answer byte for byte, a refusal too, marked as replayed', async () => {
    const { id } = await tenant.enrol({ points: 10 })
    for (const points of [4, 400]) {
      const headers = newKey()
      const first = await redeem({ customerId: id, points }, headers)
      const again = await redeem({ points, customerId: id }, headers)
      expect(first.headers.get('idempotency-replayed')).toBeNull()
      expect([again.status, again.text]).toEqual([first.status, first.text])
      expect(again.headers.get('idempotency-replayed')).toBe('true')
    }
  })

  test('while the first is still running waits for its answer', async () => {
    const { id } = await tenant.enrol({ points: 10 })
    const headers = newKey()
    const answers = await Promise.all(Array.from({ length: 12 }, () => redeem({ customerId: id, points: 4 }, headers)))
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1)
    expect(answers.filter((answer) => answer.headers.get('idempotency-replayed') === null)).toHaveLength(1)
  })

  test.each([
    ['points', { points: 5 }],
    ['order', { orderId: 'other' }],
    ['reason', { reason: 'other' }],
  ])('with other %s is refused', async (_, other) => {
    const { id } = await tenant.enrol({ points: 10 })
    const headers = newKey()
    await redeem({ customerId: id, points: 4 }, headers)
    const { status, body } = await redeem({ customerId: id, points: 4, ...other }, headers)
    expect([status, body['code']]).toEqual([422, 'idempotency-key-reused'])
  })

  test('under the key of somebody else is a request of its own', async () => {
    const { id } = await tenant.enrol({ points: 10 })
    const headers = newKey()
    const answers = [
      await redeem({ customerId: id, points: 4 }, headers),
      await redeem({ customerId: id, points: 4 }, headers, cashier),
    ]
    expect(answers.map(({ body }) => body['balance'])).toEqual([6, 2])
  })

  test.each(['', 'has blank', 'é', 'x'.repeat(256)])('under the key %j is refused, naming the header', async (key) => {
    const { id } = await tenant.enrol({ points: 10 })
    const answer = await redeem(
      { customerId: id, points: 4 },
      { 'idempotency-key': encodeURI(key) === key ? key : `${key.slice(0, 3)} x` },
    )
    expect([answer.status, answer.body['errors'][0].field]).toEqual([400, 'headers.idempotency-key'])
  })

  test('without a key is refused: nobody could repeat it', async () => {
    const { id } = await tenant.enrol({ points: 10 })
    const { status, body } = await redeem({ customerId: id, points: 4 }, {})
    expect([status, body['code']]).toEqual([400, 'idempotency-key-missing'])
  })
})

describe('a reversal', () => {
  test('takes a transaction back once; the one it reverses stays and says so', async () => {
    const { id } = await tenant.enrol({ points: 10 })
    const { body: taken } = await redeem({ customerId: id, points: 4 })
    const reverse = () =>
      api.call('POST', `/api/loyalty/transactions/${taken['transactionId']}/reverse`, {
        token: till,
        headers: newKey(),
        body: { reason: 'Wrong customer' },
      })
    const first = await reverse()
    expect([first.status, first.body['balance'], first.body['redeemed']]).toEqual([201, 10, 0])
    const second = await reverse()
    expect([second.status, second.body['code']]).toEqual([409, 'already-reversed'])

    const { body } = await api.call('GET', `/api/loyalty/transactions?customerId=${id}`, { token: till })
    expect(body['items'].map((item: any) => [item.type, item.points, item.reverses, item.reversedBy])).toEqual([
      ['reverse', 4, taken['transactionId'], null],
      ['redeem', -4, null, first.body['transactionId']],
      ['enrol', 10, null, null],
    ])
  })

  test('needs a reason', async () => {
    const { status, body } = await api.call('POST', `/api/loyalty/transactions/${randomUUID()}/reverse`, {
      token: till,
      headers: newKey(),
      body: {},
    })
    expect([status, body['errors'][0].field]).toEqual([400, 'body.reason'])
  })
})

describe('the list of transactions', () => {
  test('pages without a row missing or twice while new ones arrive', async () => {
    const { id } = await tenant.enrol({ points: 1000 })
    for (let count = 0; count < 25; count++) await redeem({ customerId: id, points: 1 })
    const seen: string[] = []
    let pageAfter: string | null = ''
    while (pageAfter !== null) {
      const query: string = pageAfter && `&pageAfter=${pageAfter}`
      const { body } = await api.call('GET', `/api/loyalty/transactions?customerId=${id}&limit=7${query}`, {
        token: till,
      })
      seen.push(...body['items'].map((item: any) => item.id))
      pageAfter = body['nextCursor']
      await redeem({ customerId: id, points: 1 })
    }
    expect(seen).toHaveLength(26)
    expect(seen).toEqual([...new Set(seen)].toSorted().toReversed())
  })

  test('filters by card, order, type and time', async () => {
    const { id, cardId } = await tenant.enrol({ points: 100 })
    await redeem({ customerId: id, points: 1, orderId: 'order-one' })
    await new Promise((resolve) => setTimeout(resolve, 5))
    const between = new Date().toISOString()
    await redeem({ customerId: id, points: 2, orderId: 'order-two' })
    const points = async (query: string) => {
      const { body } = await api.call('GET', `/api/loyalty/transactions?cardId=${cardId}&${query}`, { token: till })
      return body['items'].map((item: any) => item.points)
    }
    expect(await points('')).toEqual([-2, -1, 100])
    expect(await points('orderId=order-one')).toEqual([-1])
    expect(await points('type=enrol')).toEqual([100])
    expect(await points(`from=${between}`)).toEqual([-2])
    expect(await points(`to=${between}`)).toEqual([-1, 100])
  })

  test.each([
    'pageAfter=xyz',
    'pageAfter=WyJ4Il0',
    'limit=0',
    'limit=501',
    'type=gift',
    'from=yesterday',
    'nonsense=1',
  ])('refuses %s, naming it', async (query) => {
    const { status, body } = await api.call('GET', `/api/loyalty/transactions?${query}`, { token: till })
    expect([status, body['errors'][0].field]).toEqual([400, `query.${query.split('=')[0]}`])
  })
})

test('L16 every answer of the API, errors included, forbids caching', async () => {
  const { phone } = await tenant.enrol({ points: 10 })
  const answers = await Promise.all([
    lookUp(phone),
    lookUp('abc'),
    redeem({ customerId: randomUUID(), points: 1 }),
    api.call('GET', '/api/loyalty/transactions'),
    api.call('GET', '/api/nothing-here'),
    api.call('GET', '/api/events', { token: till }),
    api.call('POST', '/api/auth/login', { body: 'not json' }),
  ])
  for (const { headers } of answers) {
    expect(headers.get('cache-control')).toBe('no-store, no-cache, must-revalidate, private')
    expect(headers.get('pragma')).toBe('no-cache')
    expect(headers.get('expires')).toBe('0')
  }
})

test('L6 200 rapid redemptions of one card from 16 tills: exactly as many succeed as the balance allows', async () => {
  const { id, cardId } = await tenant.enrol({ points: 1000 })
  const answers = await Promise.all(Array.from({ length: 200 }, () => redeem({ customerId: id, points: 7 })))
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(Math.floor(1000 / 7))
  expect(answers.filter(({ body }) => body['code'] === 'insufficient-points')).toHaveLength(200 - Math.floor(1000 / 7))
  const [card] = await database.sql<{ balance: string }>('select balance from cards where id = $1', [cardId])
  expect(Number(card!.balance)).toBe(1000 % 7)
})
