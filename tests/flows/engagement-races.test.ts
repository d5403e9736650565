import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createQrCodes } from '../../services/api/src/http/qr-codes.ts'
import { newKey, type Answer } from '../harness/api.ts'
import type { Screen } from '../harness/screen.ts'
import type { TestTenant } from '../harness/tenant.ts'
import { until } from '../harness/until.ts'
import { openWorld, type World } from '../harness/world.ts'

const CUSTOMER_SECRET = 'a secret that these tests share with the API'
const AT_ONCE = 16

let world: World
let shop: TestTenant
let screen: Screen
let owner: string
let till: string

beforeAll(async () => {
  world = await openWorld(() => ({ CUSTOMER_SECRET, SIGN_IN_LIMIT_PER_MINUTE: '1000' }))
  shop = await world.tenant('racer')
  owner = await world.api.signIn(shop, 'owner')
  till = await world.api.signIn(shop, 'terminal')
})
afterAll(() => world.close())
beforeEach(async () => {
  screen = await world.screen(shop)
  await screen.becomes('live')
})
afterEach(() => screen.close())

const post = (path: string, token: string, body?: object) =>
  world.api.call('POST', path, { token, headers: newKey(), ...(body ? { body } : {}) })
const scan = (qr: string, token = till) => post('/api/admin/qr-scans', token, { qr })
const rule = (column: 'points_per_scan' | 'welcome_bonus', points: number) =>
  world.database.sql(`update programs set ${column} = $1 where tenant_id = 'racer'`, [points])
const shown = (customerId: string, nowMs?: () => number) => createQrCodes([CUSTOMER_SECRET], nowMs).issue(customerId).qr

/** How often each outcome came: `200 active`, `409 already-decided`. */
function tally(answers: readonly Answer[]): Record<string, number> {
  const outcomes = answers.map(({ status, body }) => `${status} ${body['code'] ?? body['status'] ?? body['outcome']}`)
  return Object.fromEntries([...new Set(outcomes)].map((each) => [each, outcomes.filter((one) => one === each).length]))
}

/** What the business's screen was told of a customer: types, of what has one with its status. */
const told = (customerId: string) =>
  screen.events.flatMap((event) =>
    'customerId' in event.data && event.data.customerId === customerId
      ? [`${event.type}${'status' in event.data ? ` ${String(event.data.status)}` : ''}`]
      : [],
  )

/** Nothing of this tenant is under way any more: the screen has all that was committed. */
async function screenIsComplete(): Promise<void> {
  const [head] = await world.database.sql<{ cursor: string }>(
    `select epoch || ':' || head as cursor from streams where tenant_id = 'racer'`,
  )
  await until(() => screen.client.cursor === head!.cursor, 'the screen to be complete')
}

let people = 0
/** Somebody who was asked to enrol, by hand, and the ways to answer. */
async function asked() {
  const phone = `+4473065${40_000 + people++}`
  const { body: enrolment } = await post('/api/admin/enrolments', owner, { phone, name: 'Rachel Race' })
  const customerId = enrolment['customerId'] as string
  const token = await world.api.customerToken(customerId)
  const list = await world.api.call('GET', '/api/me/notifications', { token })
  const notification = list.body['items'][0].id as string
  return {
    customerId,
    token,
    answer: (word: 'accept' | 'decline') => post(`/api/me/notifications/${notification}/${word}`, token),
    cancel: () => post(`/api/admin/enrolments/${enrolment['id']}/cancel`, owner),
    status: async () =>
      (await world.api.call('GET', `/api/admin/enrolments?customerId=${customerId}`, { token: owner })).body['items'][0]
        .status as string,
    cards: async () => (await world.api.call('GET', '/api/me/cards', { token })).body['items'] as { balance: number }[],
  }
}

const times = <T>(count: number, work: (index: number) => Promise<T>) =>
  Promise.all(Array.from({ length: count }, (_, index) => work(index)))

describe('a request to enrol', () => {
  test(`accepted ${AT_ONCE} times while it is cancelled ${AT_ONCE} times: one of them happened, both sides agree which, and so do screens`, async () => {
    await rule('welcome_bonus', 25)
    const outcomes = new Set<string>()
    for (let round = 0; round < 6; round++) {
      const it = await asked()
      const first = round % 2
      const answers = await times(2 * AT_ONCE, (index) => (index % 2 === first ? it.answer('accept') : it.cancel()))
      const accepts = tally(answers.filter((_, index) => index % 2 === first))
      const cancels = tally(answers.filter((_, index) => index % 2 !== first))
      const status = await it.status()
      outcomes.add(status)
      if (status === 'active') {
        expect([accepts, cancels]).toEqual([{ '200 active': AT_ONCE }, { '409 already-decided': AT_ONCE }])
        expect(await it.cards()).toMatchObject([{ balance: 25 }])
      } else {
        expect(status).toBe('cancelled')
        expect([accepts, cancels]).toEqual([{ '409 already-decided': AT_ONCE }, { '200 cancelled': AT_ONCE }])
        expect(await it.cards()).toEqual([])
      }
      await screenIsComplete()
      expect(told(it.customerId).filter((each) => each.startsWith('enrolment_updated'))).toEqual([
        'enrolment_updated pending',
        `enrolment_updated ${status}`,
      ])
    }
    await rule('welcome_bonus', 0)
    console.log(`accept against cancel ended: ${[...outcomes].join(', ')}`)
  })

  test(`accepted ${AT_ONCE} times at once: one card, one bonus, one event of points on the business’s screen (I10)`, async () => {
    await rule('welcome_bonus', 25)
    const it = await asked()
    expect(tally(await times(AT_ONCE, () => it.answer('accept')))).toEqual({ '200 active': AT_ONCE })
    await rule('welcome_bonus', 0)
    expect(await it.cards()).toMatchObject([{ balance: 25 }])
    await screenIsComplete()
    expect(told(it.customerId).filter((each) => each === 'loyalty_updated')).toHaveLength(1)
    const entries = await world.database.sql(`select from entries where customer_id = $1`, [it.customerId])
    expect(entries).toHaveLength(1)
  })
})

test('an approval that comes while its time runs out is an approval or is late, never half of each', async () => {
  await world.database.sql(
    `update tenants set settings = settings || '{"adjustmentsNeedApproval": true}' where id = 'racer'`,
  )
  const outcomes = new Set<string>()
  const customers = []
  for (let made = 0; made < 12; made++) customers.push(await shop.enrol({ points: 10 }))
  for (const [round, { id, cardId }] of customers.entries()) {
    const token = await world.api.customerToken(id)
    await post('/api/admin/adjustments', owner, { customerId: id, points: 4, reason: 'Goodwill' })
    const { body } = await world.api.call('GET', '/api/me/notifications', { token })
    const path = `/api/me/notifications/${body['items'][0].id}/accept`
    // It runs out while they are on their way.
    await world.database.sql(
      `update adjustments set expires_at = clock_timestamp() + make_interval(secs => $2) where customer_id = $1`,
      [id, round / 400],
    )
    const answers = tally(await times(8, () => post(path, token)))
    const list = await world.api.call('GET', `/api/admin/adjustments?customerId=${id}`, { token: owner })
    const { status } = list.body['items'][0]
    outcomes.add(status)
    expect(['approved', 'expired']).toContain(status)
    expect(answers).toEqual(status === 'approved' ? { '200 approved': 8 } : { '409 adjustment-expired': 8 })
    if (status === 'approved') await screen.shows(cardId, 14)
    await screenIsComplete()
    expect(told(id).filter((each) => each.startsWith('adjustment_updated'))).toEqual([
      'adjustment_updated pending',
      `adjustment_updated ${status}`,
    ])
  }
  await world.database.sql(
    `update tenants set settings = settings || '{"adjustmentsNeedApproval": false}' where id = 'racer'`,
  )
  console.log(`approval against expiry ended: ${[...outcomes].join(', ')}`)
})

describe('a storm of scans', () => {
  test('of one code at 32 tills at once is one scan, one award, one notification of each', async () => {
    await rule('points_per_scan', 7)
    const { id, cardId } = await shop.enrol({ points: 10 })
    const qr = shown(id)
    const answers = await times(32, () => scan(qr))
    await rule('points_per_scan', 0)
    expect(tally(answers)).toEqual({ '201 points_awarded': 1, '409 qr-used': 31 })
    await screen.shows(cardId, 17)
    await screenIsComplete()
    expect(told(id).filter((each) => each === 'qr_scanned' || each === 'loyalty_updated').length).toBe(3) // enrolled, scanned, awarded
    const token = await world.api.customerToken(id)
    const { body } = await world.api.call('GET', '/api/me/notifications', { token })
    expect(body['items'].map(({ kind }: { kind: string }) => kind)).toEqual(['points_added', 'scanned', 'enrolled'])
  })

  test('of 200 customers at once: each is scanned and awarded once, each screen has each, and the stream has no hole', async () => {
    await rule('points_per_scan', 3)
    const customers = []
    for (let made = 0; made < 200; made++) customers.push(await shop.enrol({ points: 1 }))
    const answers = await Promise.all(customers.map(({ id }) => scan(shown(id))))
    await rule('points_per_scan', 0)
    expect(tally(answers)).toEqual({ '201 points_awarded': 200 })
    await screenIsComplete()
    for (const { cardId } of customers) expect(screen.cards.get(cardId)?.balance).toBe(4)
    const seqs = screen.events.map(({ seq }) => seq)
    expect(seqs).toEqual(Array.from({ length: seqs.length }, (_, index) => seqs[0]! + index))
  })
})

test('[E7] a code of minutes ago is refused as expired, and a repeat of that under its key is refused the same way', async () => {
  const { id } = await shop.enrol({ points: 10 })
  const qr = shown(id, () => Date.now() - 120_000)
  const headers = newKey()
  const late = () => world.api.call('POST', '/api/admin/qr-scans', { token: till, headers, body: { qr } })
  const first = await late()
  expect(first).toMatchObject({ status: 422, body: { code: 'qr-expired' } })
  expect((await late()).text).toBe(first.text)
})
