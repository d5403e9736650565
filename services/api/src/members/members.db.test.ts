import { randomUUID } from 'node:crypto'
import { parseEvent } from '@loyalty-live/events'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newKey, startTestApi, type Answer, type TestApi } from '../../../../tests/harness/api.ts'
import { createDatabase, type TestDatabase } from '../../../../tests/harness/database.ts'
import { makeTenant, type TestTenant } from '../../../../tests/harness/tenant.ts'

let database: TestDatabase
let api: TestApi
let tenant: TestTenant
let rival: TestTenant
let admin: string

beforeAll(async () => {
  database = await createDatabase()
  tenant = await makeTenant(database, 'demo')
  rival = await makeTenant(database, 'rival')
  api = await startTestApi(database.url)
  admin = await api.signIn(tenant, 'admin')
})
afterAll(async () => {
  await api.close()
  await database.drop()
})

const get = (path: string) => api.call('GET', `/api/admin${path}`, { token: admin })
const patch = (id: string, displayName: string, ifMatch?: string) =>
  api.call('PATCH', `/api/admin/customers/${id}`, {
    token: admin,
    body: { displayName },
    ...(ifMatch === undefined ? {} : { headers: { 'if-match': ifMatch } }),
  })
const names = ({ body }: Answer) => body['items'].map((item: any) => item.displayName)

/** Events after a cursor, as a client that was away reads them. */
async function eventsAfter(cursor: string) {
  const { body } = await api.call('GET', `/api/events?after=${cursor}`, { token: admin })
  return body['events'].map((event: unknown) => {
    const parsed = parseEvent(event)
    if (parsed.kind !== 'known') throw new Error(`not an event of the contract: ${JSON.stringify(event)}`)
    return parsed.event
  })
}

async function allPages(path: string, limit: number): Promise<any[]> {
  const items: any[] = []
  for (let pageAfter: string | null = ''; pageAfter !== null;) {
    const { body, status, text }: Answer = await get(`${path}&limit=${limit}${pageAfter && `&pageAfter=${pageAfter}`}`)
    if (status !== 200) throw new Error(text)
    items.push(...body['items'])
    pageAfter = body['nextCursor']
  }
  return items
}

describe('the customers list', () => {
  let shop: TestTenant
  let owner: string
  const people = ['Zoë Adams', 'adam Zed', 'Bea 100%', 'Bob_O', 'Ödön', 'Carl', 'carl', 'Émile', 'Dan']

  beforeAll(async () => {
    shop = await makeTenant(database, 'shop')
    for (const [index, name] of people.entries()) await shop.enrol({ name, points: (index * 37) % 100 })
    owner = await api.signIn(shop, 'owner')
    await database.sql(
      `update members set vip = true, vip_since = timestamptz '2026-01-01' + interval '1 microsecond' * length(display_name)
       where tenant_id = 'shop' and display_name in ('Carl', 'Dan', 'Bob_O', 'Émile')`,
    )
  })

  const list = (query: string) => api.call('GET', `/api/admin/customers?${query}`, { token: owner })

  test('gives each customer with their points and the position that all of them reflect', async () => {
    const { body } = await list('search=ödön')
    expect(body['items']).toEqual([
      {
        id: expect.any(String),
        phone: expect.any(String),
        displayName: 'Ödön',
        vip: false,
        vipSince: null,
        version: 1,
        points: 48,
        earned: 48,
        redeemed: 0,
        lastActivityAt: expect.any(String),
        createdAt: expect.any(String),
        cards: [expect.objectContaining({ balance: 48, version: 1, programId: shop.programId })],
      },
    ])
    const [stream] = await database.sql<{ cursor: string }>(
      `select epoch || ':' || head as cursor from streams where tenant_id = 'shop'`,
    )
    expect(body['cursor']).toBe(stream!.cursor)
  })

  test.each(['name', 'points', 'earned', 'redeemed', 'lastActivity', 'created'])(
    'sorted by %s, both ways, pages through everybody once and in one order',
    async (sort) => {
      for (const order of ['asc', 'desc']) {
        const path = `?sort=${sort}&order=${order}`
        const whole = (await list(`sort=${sort}&order=${order}`)).body['items'].map((item: any) => item.id)
        const paged: string[] = []
        for (let pageAfter: string | null = ''; pageAfter !== null;) {
          const { body }: Answer = await list(`${path.slice(1)}&limit=2${pageAfter && `&pageAfter=${pageAfter}`}`)
          paged.push(...body['items'].map((item: any) => item.id))
          pageAfter = body['nextCursor']
        }
        expect(paged).toEqual(whole)
        expect(new Set(paged).size).toBe(people.length)
      }
    },
  )

  test('searches by part of the name in any case, taking signs as they are', async () => {
    expect(names(await list('search=CARL')).toSorted()).toEqual(['Carl', 'carl'])
    expect(names(await list('search=0%25'))).toEqual(['Bea 100%'])
    expect(names(await list('search=%25%25'))).toEqual([])
    expect(names(await list('search=b_o'))).toEqual(['Bob_O'])
  })

  test('searches by digits of the phone, with or without the leading zero', async () => {
    const { body } = await list('search=Dan')
    const phone: string = body['items'][0].phone
    expect(names(await list(`search=${phone.slice(-6)}`))).toEqual(['Dan'])
    expect(names(await list(`search=0${phone.slice(3)}`))).toEqual(['Dan'])
  })

  test('filters VIPs', async () => {
    expect(names(await list('vip=true')).toSorted()).toEqual(['Bob_O', 'Carl', 'Dan', 'Émile'])
    expect(names(await list('vip=false'))).toHaveLength(people.length - 4)
  })

  test('tells how many there are, on the first page of the whole list only', async () => {
    const first = (await list('limit=2&sort=points')).body
    expect(first['total']).toBe(people.length)
    for (const query of [`limit=2&sort=points&pageAfter=${first['nextCursor']}`, 'search=Carl', 'vip=true']) {
      expect((await list(query)).body).not.toHaveProperty('total')
    }
  })

  test('does not take a page of another sort, and says so', async () => {
    const { body } = await list('sort=name&limit=1')
    const other = await list(`sort=points&pageAfter=${body['nextCursor']}`)
    expect([other.status, other.body['errors'][0].field]).toEqual([400, 'query.pageAfter'])
  })

  test('VIPs come newest first, told apart to the microsecond', async () => {
    const items: string[] = []
    for (let pageAfter: string | null = ''; pageAfter !== null;) {
      const { body }: Answer = await api.call(
        'GET',
        `/api/admin/vip?limit=1${pageAfter && `&pageAfter=${pageAfter}`}`,
        { token: owner },
      )
      items.push(...body['items'].map((item: any) => item.displayName))
      pageAfter = body['nextCursor']
    }
    expect(items.slice(0, 2).toSorted()).toEqual(['Bob_O', 'Émile'])
    expect(items.slice(2)).toEqual(['Carl', 'Dan'])
  })
})

describe('one customer', () => {
  test('of another tenant is not found', async () => {
    const theirs = await rival.enrol({ points: 5 })
    const answers = await Promise.all([
      get(`/customers/${theirs.id}`),
      get(`/customers/${randomUUID()}`),
      patch(theirs.id, 'Ours', '*'),
      api.call('PUT', `/api/admin/customers/${theirs.id}/vip`, { token: admin }),
    ])
    expect(answers.map(({ status, body }) => [status, body['code']])).toEqual(
      Array.from({ length: 4 }, () => [404, 'customer-not-found']),
    )
  })

  test('is changed by whoever read its version, and told to the stream', async () => {
    const { id, phone } = await tenant.enrol({ name: 'Jon Do', points: 5 })
    const read = await get(`/customers/${id}`)
    expect(read.headers.get('etag')).toBe('"1"')
    const changed = await patch(id, '  John Doe ', '"1"')
    expect([changed.status, changed.headers.get('etag'), changed.body['displayName']]).toEqual([200, '"2"', 'John Doe'])
    expect(await eventsAfter(read.body['cursor'])).toMatchObject([
      {
        type: 'member_updated',
        actor: { type: 'staff', name: 'Adam Admin' },
        data: {
          customerId: id,
          customerPhone: phone,
          customerName: 'John Doe',
          memberVersion: 2,
          vip: false,
          changes: { displayName: { from: 'Jon Do', to: 'John Doe' } },
        },
      },
    ])
  })

  test('changed by two at once: one wins, the other gets 412 with the record as it is', async () => {
    const { id } = await tenant.enrol({ name: 'Before', points: 5 })
    const answers = await Promise.all([patch(id, 'One', '"1"'), patch(id, 'Two', 'W/"1"')])
    expect(answers.map(({ status }) => String(status)).toSorted()).toEqual(['200', '412'])
    const winner = answers.find(({ status }) => status === 200)!.body
    const loser = answers.find(({ status }) => status === 412)!.body
    expect(loser).toMatchObject({
      code: 'version-mismatch',
      current: { displayName: winner['displayName'], version: 2 },
    })
  })

  test('is not changed without saying which version was read', async () => {
    const { id } = await tenant.enrol({ points: 5 })
    const { status, body } = await patch(id, 'Other')
    expect([status, body['code']]).toEqual([428, 'precondition-required'])
  })

  test('changed to what it is already is no event and no new version', async () => {
    const { id, name } = await tenant.enrol({ points: 5 })
    const { body } = await get(`/customers/${id}`)
    const changed = await patch(id, name, '"1"')
    expect([changed.status, changed.body['version']]).toEqual([200, 1])
    expect(await eventsAfter(body['cursor'])).toEqual([])
  })
})

describe('the VIP list', () => {
  test('takes somebody on and off, once each, and tells it', async () => {
    const { id } = await tenant.enrol({ name: 'Vera', points: 5 })
    const { body: before } = await get(`/customers/${id}`)
    const put = () => api.call('PUT', `/api/admin/customers/${id}/vip`, { token: admin })
    const remove = () => api.call('DELETE', `/api/admin/customers/${id}/vip`, { token: admin })
    const answers = [await put(), await put(), await remove(), await remove()]
    expect(
      answers.map(({ status, body }) => [status, body['vip'], body['version'], body['vipSince'] !== null]),
    ).toEqual([
      [200, true, 2, true],
      [200, true, 2, true],
      [200, false, 3, false],
      [200, false, 3, false],
    ])
    const events = await eventsAfter(before['cursor'])
    expect(events.map((event: any) => event.data.changes)).toEqual([
      { vip: { from: false, to: true } },
      { vip: { from: true, to: false } },
    ])
  })

  test('has as candidates whoever booked and is not on it, the last booking first', async () => {
    const booked = await Promise.all(['Early', 'Late', 'Never'].map((name) => tenant.enrol({ name, points: 5 })))
    await database.sql(
      `insert into bookings (tenant_id, customer_id, starts_at, amount_minor, currency)
       values ('demo', $1, '2026-01-01', 1000, 'GBP'), ('demo', $2, '2026-01-02', 1000, 'GBP'), ('demo', $2, '2026-01-01', 1, 'GBP')`,
      [booked[0]!.id, booked[1]!.id],
    )
    const candidates = async () =>
      (await allPages('/vip/candidates?', 1)).map((item) => [item.displayName, item.bookings, item.lastBookingAt])
    expect(await candidates()).toEqual([
      ['Late', 2, '2026-01-02T00:00:00.000Z'],
      ['Early', 1, '2026-01-01T00:00:00.000Z'],
    ])
    await api.call('PUT', `/api/admin/customers/${booked[1]!.id}/vip`, { token: admin })
    expect((await candidates()).map(([name]) => name)).toEqual(['Early'])
  })
})

test('I6 a list’s cursor is exact: what is committed meanwhile is either in the list or after its cursor', async () => {
  const shop = await makeTenant(database, 'exact')
  const customers = await Promise.all(Array.from({ length: 5 }, () => shop.enrol({ points: 1000 })))
  const owner = await api.signIn(shop, 'owner')
  const tillToken = await api.signIn(shop, 'terminal')
  let running = true
  const writing = Promise.all(
    customers.map(async ({ id }) => {
      while (running) {
        await api.call('POST', '/api/customer/loyalty/redeem', {
          token: tillToken,
          headers: newKey(),
          body: { customerId: id, points: 1 },
        })
      }
    }),
  )
  const snapshots = []
  for (let count = 0; count < 40; count++) {
    snapshots.push((await api.call('GET', '/api/admin/customers', { token: owner })).body)
  }
  running = false
  await writing
  // From each snapshot on, the events after its cursor lead to exactly the same cards.
  const final = (await api.call('GET', '/api/admin/customers', { token: owner })).body
  for (const snapshot of snapshots) {
    const cards = new Map<string, number>(
      snapshot['items'].map((item: any) => [item.cards[0].id, item.cards[0].balance]),
    )
    for (let cursor = snapshot['cursor'], head = ''; cursor !== head;) {
      const { body } = await api.call('GET', `/api/events?after=${cursor}&limit=500`, { token: owner })
      for (const { data } of body['events']) {
        expect(data.newBalance - data.pointsChange).toBe(cards.get(data.cardId))
        cards.set(data.cardId, data.newBalance)
      }
      cursor = body['cursor']
      head = body['head']
    }
    expect(new Map(final['items'].map((item: any) => [item.cards[0].id, item.points]))).toEqual(cards)
  }
})
