import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newKey, type Answer } from '../harness/api.ts'
import { startCodeWebhook, type CodeWebhook } from '../harness/code-webhook.ts'
import { openCustomerPhone, type CustomerPhone } from '../harness/customer-phone.ts'
import type { Screen } from '../harness/screen.ts'
import type { TestTenant } from '../harness/tenant.ts'
import { until } from '../harness/until.ts'
import { openWorld, type World } from '../harness/world.ts'

let world: World
let webhook: CodeWebhook
let harbour: TestTenant
let rival: TestTenant
let till: string
let owner: string
let screen: Screen
const opened: CustomerPhone[] = []
let numbers = 0

beforeAll(async () => {
  webhook = await startCodeWebhook()
  world = await openWorld(() => ({ ...webhook.env, SIGN_IN_LIMIT_PER_MINUTE: '1000' }))
  harbour = await world.tenant('harbour')
  rival = await world.tenant('rival')
  till = await world.api.signIn(harbour, 'terminal')
  owner = await world.api.signIn(harbour, 'owner')
  screen = await world.screen(harbour)
  await screen.becomes('live')
})
afterAll(async () => {
  for (const phone of opened) phone.close()
  await world.close()
  await webhook.close()
})

const newNumber = () => `+4473065${30_000 + numbers++}`

async function phoneOf(number: string, name?: string): Promise<CustomerPhone> {
  const phone = await openCustomerPhone(world, webhook, number, name)
  opened.push(phone)
  return phone
}

const scan = (qr: string, { token = till, ...body }: { token?: string; points?: number } = {}): Promise<Answer> =>
  world.api.call('POST', '/api/admin/qr-scans', { token, headers: newKey(), body: { qr, ...body } })

const asOwner = (method: string, path: string, body?: object, tenant = owner) =>
  world.api.call(method, `/api/admin/${path}`, { token: tenant, headers: newKey(), ...(body ? { body } : {}) })

const change = (number: string, action: 'add' | 'redeem', points: number) =>
  world.api.call('POST', '/api/loyalty/phone-lookup', {
    token: till,
    headers: newKey(),
    body: { phone: number, action, points },
  })

const needApproval = (needed: boolean) =>
  world.database.sql(
    `update tenants set settings = settings || jsonb_build_object('adjustmentsNeedApproval', $1::boolean) where id = 'harbour'`,
    [needed],
  )

/** Of the business's own screen, about one customer. */
const seenAt = (customerId: string) =>
  screen.events.flatMap((event) =>
    'customerId' in event.data && event.data.customerId === customerId ? [event.type] : [],
  )

const balanceOf = async (phone: CustomerPhone) => (await phone.get('cards'))['totals'].balance as number

describe('enrolment by QR', () => {
  test('[E1] a new customer is scanned, asked at once, accepts, has a card on every screen, and hears of points', async () => {
    const number = newNumber()
    const phone = await phoneOf(number, 'Erin Example')
    const { status, body } = await scan(await phone.qr())
    expect([status, body['outcome']]).toEqual([201, 'enrolment_requested'])
    expect(await phone.hears('scanned')).toMatchObject({ tenantName: 'Tenant harbour' })
    const request = await phone.hears('enrolment_request')
    expect(await balanceOf(phone)).toBe(0)
    expect((await phone.get('cards'))['items']).toEqual([])

    const accepted = await phone.post(`notifications/${request['notificationId']}/accept`)
    expect(accepted).toMatchObject({ status: 200, body: { status: 'active' } })
    await phone.hears('enrolled')
    await screen.shows(accepted.body['cardId'], 0)
    expect(seenAt(phone.id)).toEqual([
      'member_updated',
      'qr_scanned',
      'notification_created',
      'enrolment_updated',
      'notification_created',
      'loyalty_updated',
      'enrolment_updated',
      'notification_created',
    ])

    await change(number, 'add', 40)
    const added = await phone.hearsEvent(
      'the points',
      ({ type, data }) => type === 'loyalty_updated' && data['pointsChange'] === 40,
    )
    await screen.shows(accepted.body['cardId'], 40)
    expect(await balanceOf(phone)).toBe(40)
    const [newest] = (await phone.get('notifications'))['items']
    expect(newest).toMatchObject({ kind: 'points_added', points: 40, id: added.data['transactionId'] })
  })

  test('[E2] who is enrolled is told of the scan, then of the points of the programme’s rule, and the card moves', async () => {
    const number = newNumber()
    const { cardId } = await harbour.enrol({ points: 100, phone: number })
    await world.database.sql(`update programs set points_per_scan = 15 where tenant_id = 'harbour'`)
    const phone = await phoneOf(number)
    expect(await scan(await phone.qr())).toMatchObject({ status: 201, body: { outcome: 'points_awarded' } })
    await phone.hears('scanned')
    expect(await phone.hears('points_added')).toMatchObject({ points: 15 })
    await screen.shows(cardId, 115)
    expect(await balanceOf(phone)).toBe(115)
    await world.database.sql(`update programs set points_per_scan = 0 where tenant_id = 'harbour'`)
    expect((await scan(await phone.qr())).body).toMatchObject({ outcome: 'identified', card: { balance: 115 } })
  })

  test('[E4] declined: no card, the business sees it; asked again later, it is a new request', async () => {
    const phone = await phoneOf(newNumber(), 'Dee Cline')
    await scan(await phone.qr())
    await phone.hears('enrolment_request')
    expect((await phone.answer('decline')).body).toMatchObject({ status: 'declined' })
    await until(() =>
      screen.events.some(
        (event) =>
          event.type === 'enrolment_updated' && event.data.customerId === phone.id && event.data.status === 'declined',
      ),
    )
    expect((await phone.get('cards'))['items']).toEqual([])
    const { body } = await asOwner('GET', `enrolments?customerId=${phone.id}`)
    expect(body['items']).toMatchObject([{ status: 'declined', method: 'scan', actor: { name: 'Till 1' } }])
    expect((await scan(await phone.qr())).body['outcome']).toBe('enrolment_requested')
    await phone.hears('enrolment_request')
    expect((await phone.answer('accept')).body).toMatchObject({ status: 'active' })
  })

  test('[E5] accepted from two devices at once: one card, one bonus, one answer (I10)', async () => {
    await world.database.sql(`update programs set welcome_bonus = 25 where tenant_id = 'harbour'`)
    const number = newNumber()
    const devices = [await phoneOf(number, 'Two Devices'), await phoneOf(number)]
    await scan(await devices[0]!.qr())
    const requests = await Promise.all(devices.map((device) => device.hears('enrolment_request')))
    const answers = await Promise.all(
      devices.flatMap((device, index) =>
        Array.from({ length: 8 }, () => device.post(`notifications/${requests[index]!['notificationId']}/accept`)),
      ),
    )
    await world.database.sql(`update programs set welcome_bonus = 0 where tenant_id = 'harbour'`)
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1)
    expect(await devices[0]!.get('cards')).toMatchObject({ items: [{ balance: 25 }], totals: { balance: 25 } })
    await Promise.all(devices.map((device) => device.hears('enrolled')))
  })

  test('[E7] a code that was used, is too old, is made up or of another key is refused, each with its reason', async () => {
    const number = newNumber()
    await harbour.enrol({ points: 0, phone: number })
    const phone = await phoneOf(number)
    const qr = await phone.qr()
    expect((await scan(qr)).status).toBe(201)
    expect(await scan(qr)).toMatchObject({ status: 409, body: { code: 'qr-used' } })
    const again = await world.api.signIn(rival, 'terminal')
    expect((await scan(qr, { token: again })).status).toBe(201)
    const forged = `${qr.slice(0, 20)}${qr[20] === 'A' ? 'B' : 'A'}${qr.slice(21)}`
    expect(await scan(forged)).toMatchObject({ status: 400, body: { code: 'qr-invalid' } })
    expect(await balanceOf(phone)).toBe(0)
  })
})

describe('by hand', () => {
  test('[E3] enrolled by hand, accepted; then points added and deducted, each with a notification', async () => {
    const number = newNumber()
    const asked = await asOwner('POST', 'enrolments', { phone: number, name: 'Mandy Manual' })
    const actor = { type: 'staff', name: 'Olive Owner' }
    expect(asked).toMatchObject({ status: 201, body: { status: 'pending', method: 'manual', actor } })
    const phone = await phoneOf(number)
    const accepted = await phone.answer('accept')
    expect(accepted.body).toMatchObject({ status: 'active' })
    expect(accepted.text).not.toContain('Olive')

    const adjust = (points: number) =>
      asOwner('POST', 'adjustments', { customerId: phone.id, points, reason: 'By hand' })
    expect((await adjust(30)).body).toMatchObject({ status: 'approved' })
    expect(await phone.hears('points_added')).toMatchObject({ points: 30 })
    expect((await adjust(-10)).body).toMatchObject({ status: 'approved' })
    expect(await phone.hears('points_deducted')).toMatchObject({ points: -10 })
    expect(await balanceOf(phone)).toBe(20)
  })

  test('[E3] with approval required: approved moves the points, declined does not, and the business sees which', async () => {
    const number = newNumber()
    const { id, cardId } = await harbour.enrol({ points: 50, phone: number })
    const phone = await phoneOf(number)
    await needApproval(true)
    try {
      const propose = (points: number) => asOwner('POST', 'adjustments', { customerId: id, points, reason: 'Mistake' })
      expect((await propose(-20)).body).toMatchObject({ status: 'pending', transactionId: null })
      expect(await phone.hears('adjustment_request')).toMatchObject({ points: -20, expiresAt: expect.any(String) })
      expect(await balanceOf(phone)).toBe(50)
      expect((await phone.answer('accept')).body).toMatchObject({ status: 'approved', points: -20 })
      await screen.shows(cardId, 30)
      await propose(-5)
      await phone.hears('adjustment_request')
      expect((await phone.answer('decline')).body).toMatchObject({ status: 'declined' })
      expect(await balanceOf(phone)).toBe(30)
      const { body } = await asOwner('GET', `adjustments?customerId=${id}`)
      expect(body['items'].map((item: any) => item.status)).toEqual(['declined', 'approved'])
      const told = () =>
        screen.events.flatMap((event) =>
          event.type === 'adjustment_updated' && event.data.customerId === id ? [event.data.status] : [],
        )
      await until(() => told().length === 4)
      expect(told()).toEqual(['pending', 'approved', 'pending', 'declined'])
    } finally {
      await needApproval(false)
    }
  })
})

test('[E6] three programmes at two businesses: the customer sees three cards and their totals, each business its own', async () => {
  const number = newNumber()
  const { id, cardId } = await harbour.enrol({ points: 10, phone: number })
  await rival.enrol({ points: 20, phone: number })
  const club = await asOwner('POST', 'programs', { name: 'Wine club', rules: { welcomeBonus: 5 } })
  await asOwner('POST', 'enrolments', { customerId: id, programId: club.body['id'] })
  const phone = await phoneOf(number)
  await phone.answer('accept')
  const cards = await phone.get('cards')
  expect(cards['items'].map((card: any) => `${card.tenant} ${card.programName} ${card.balance}`).toSorted()).toEqual([
    'harbour Points 10',
    'harbour Wine club 5',
    'rival Points 20',
  ])
  expect(cards['totals']).toMatchObject({ balance: 35, earned: 35 })

  const theirs = await world.api.signIn(rival, 'owner')
  expect((await asOwner('GET', `customers/${id}`)).body).toMatchObject({ points: 15 })
  const atRival = await asOwner('GET', `customers/${id}`, undefined, theirs)
  expect(atRival.body).toMatchObject({ points: 20 })
  expect(atRival.text).not.toContain(cardId)
})

describe('[E8] notifications', () => {
  test('are heard by whose they are, and by no other customer', async () => {
    const [mine, other] = [await phoneOf(newNumber(), 'Mine Own'), await phoneOf(newNumber(), 'Some Other')]
    await scan(await mine.qr())
    await mine.hears('enrolment_request')
    await scan(await other.qr())
    // After everything of the first: had a frame of it strayed, it would be here by now.
    await other.hears('enrolment_request')
    expect(other.heard.every(({ data }) => data['customerId'] === other.id)).toBe(true)
    expect(mine.heard.every(({ data }) => data['customerId'] === mine.id)).toBe(true)
    expect(mine.heard.map(({ type }) => type)).not.toContain('member_updated')
  })

  test('arrive by asking while the socket is down, and live when it is back; the unread count is right on either path', async () => {
    const number = newNumber()
    await harbour.enrol({ points: 10, phone: number })
    const phone = await phoneOf(number)
    const unread = async () => (await phone.get('notifications'))['unread'] as number
    expect(await unread()).toBe(1)
    await world.stopRealtime()
    await scan(await phone.qr(), { points: 5 })
    expect(await unread()).toBe(3)
    expect((await phone.get('notifications?unread=true'))['items'].map((item: any) => item.kind)).toEqual([
      'points_added',
      'scanned',
      'enrolled',
    ])
    await world.startRealtime()
    expect((await phone.post('notifications/read')).body).toEqual({ unread: 0 })
    await scan(await phone.qr(), { points: 5 })
    // Over a socket that came back, or one that came later: from here on it is live again.
    const later = await phoneOf(number)
    await scan(await later.qr(), { points: 5 })
    await later.hears('points_added')
    expect(await unread()).toBe(4)
    const [newest] = (await phone.get('notifications'))['items']
    expect((await phone.post(`notifications/${newest.id}/read`)).body).toEqual({ unread: 3 })
  })
})
