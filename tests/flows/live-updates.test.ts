import { io, type Socket } from 'socket.io-client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newKey } from '../harness/api.ts'
import type { TestTenant } from '../harness/tenant.ts'
import { until } from '../harness/until.ts'
import { openWorld, type World } from '../harness/world.ts'

let world: World
let demo: TestTenant
let rival: TestTenant
let till: string
const sockets: Socket[] = []

beforeAll(async () => {
  world = await openWorld()
  demo = await world.tenant('demo')
  rival = await world.tenant('rival')
  till = await world.api.signIn(demo, 'terminal')
})
afterAll(async () => {
  for (const socket of sockets) socket.disconnect()
  await world.close()
})

/** A bare socket.io-client with nothing of ours: whatever any backend or screen may use. */
async function bareSocket(auth: object, options = {}): Promise<{ socket: Socket; frames: [string, any][] }> {
  const frames: [string, any][] = []
  const socket = io(world.realtime!.url, { auth, forceNew: true, ...options })
  sockets.push(socket)
  socket.onAny((name: string, data: unknown) => frames.push([name, data]))
  await until(() => frames.some(([name]) => name === 'ready'))
  return { socket, frames }
}

describe('live updates', () => {
  test('L1 the worked example: 275 − 75 for order 12345 → 200 on an open customers page; totals move too', async () => {
    const john = await demo.enrol({ name: 'John Doe', phone: '+447306506797', points: 275 })
    const page = await world.screen(demo)
    await page.becomes('live')
    expect(page.cards.get(john.cardId)).toMatchObject({ balance: 275, earned: 275, redeemed: 0, version: 1 })

    const answer = await world.api.call('POST', '/api/loyalty/phone-lookup', {
      token: till,
      headers: newKey(),
      body: { phone: '07306 506797', action: 'redeem', points: 75, orderId: '12345' },
    })
    expect(answer.status).toBe(201)
    await page.shows(john.cardId, 200)
    expect(page.cards.get(john.cardId)).toEqual({ balance: 200, earned: 275, redeemed: 75, version: 2 })
    expect(page.events.at(-1)).toMatchObject({
      type: 'loyalty_updated',
      actor: { type: 'terminal', name: 'Till 1' },
      data: {
        customerName: 'John Doe',
        pointsChange: -75,
        newBalance: 200,
        orderId: '12345',
        transactionType: 'redeem',
      },
    })
  })

  test('L2 points added at the till appear the same way; L3 after a reload the same figure stands, from the database', async () => {
    const { cardId, phone } = await demo.enrol({ points: 10 })
    const page = await world.screen(demo)
    await page.becomes('live')
    await world.api.call('POST', '/api/loyalty/phone-lookup', {
      token: till,
      headers: newKey(),
      body: { phone, action: 'add', points: 5 },
    })
    await page.shows(cardId, 15)
    const shown = page.cards.get(cardId)
    await page.reload()
    expect(page.cards.get(cardId)).toEqual(shown)
  })

  test('L5 three consoles and two tills of one tenant all see it; the other tenant sees nothing, not one frame', async () => {
    const { id, cardId } = await demo.enrol({ points: 100 })
    const pages = await Promise.all([1, 2, 3].map(() => world.screen(demo)))
    const tills = await Promise.all([1, 2].map(() => bareSocket({ token: till })))
    const theirs = await bareSocket({ token: await world.api.signIn(rival, 'owner') })
    const theirPage = await world.screen(rival)
    await Promise.all([...pages, theirPage].map((page) => page.becomes('live')))
    const before = theirPage.events.length

    await world.redeem(till, id, 30)
    await Promise.all(pages.map((page) => page.shows(cardId, 70)))
    await Promise.all(tills.map(({ frames }) => until(() => frames.some(([name]) => name === 'loyalty_updated'))))
    // Give a stray frame every chance: the other tenant's own next event comes after it.
    const own = await rival.enrol({ points: 1 })
    await until(() => theirs.frames.some(([, data]) => data.data?.customerId === own.id))
    expect(theirs.frames.every(([, data]) => data.tenant === undefined || data.tenant === 'rival')).toBe(true)
    expect(JSON.stringify(theirs.frames)).not.toContain(id)
    expect(theirPage.events.slice(before).every((event) => event.tenant === 'rival')).toBe(true)
  })

  test('L6 200 rapid redemptions of one card from 16 tills: every screen ends right and never shows an older balance after a newer', async () => {
    const { id, cardId } = await demo.enrol({ points: 1000 })
    const tills = await Promise.all(Array.from({ length: 16 }, () => world.api.signIn(demo, 'terminal')))
    const pages = await Promise.all([1, 2, 3].map(() => world.screen(demo)))
    const bare = await bareSocket({ token: till })
    await Promise.all(pages.map((page) => page.becomes('live')))

    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, index) => world.redeem(tills[index % 16]!, id, 7)),
    )
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(142)
    expect(answers.filter(({ status }) => status === 422)).toHaveLength(58)
    await Promise.all(pages.map((page) => page.shows(cardId, 6)))

    const seen = pages.map((page) =>
      page.events.flatMap((event) =>
        event.type === 'loyalty_updated' && event.data.cardId === cardId ? [event.data.newBalance] : [],
      ),
    )
    const wire = bare.frames.flatMap(([name, data]) =>
      name === 'loyalty_updated' && data.data.cardId === cardId && data.data.pointsChange < 0
        ? [data.data.newBalance]
        : [],
    )
    const expected = Array.from({ length: 142 }, (_, index) => 1000 - 7 * (index + 1))
    for (const balances of [...seen, wire]) expect(balances).toEqual(expected)
  })

  test('a bare socket.io-client with default options hears events under their own names', async () => {
    const { id } = await demo.enrol({ points: 50 })
    const { socket } = await bareSocket({ token: till })
    const heard: any[] = []
    socket.on('loyalty_updated', (event) => heard.push(event))
    await world.redeem(till, id, 1)
    await until(() => heard.some((event) => event.data.customerId === id && event.data.pointsChange === -1))
  })

  test('L15 a balance changed by hand in SQL appears on screens', async () => {
    const { cardId } = await demo.enrol({ points: 50 })
    const page = await world.screen(demo)
    await page.becomes('live')
    await world.database.sql('update cards set balance = 77 where id = $1', [cardId])
    await page.shows(cardId, 77, 5_000)
    expect(page.events.at(-1)).toMatchObject({ actor: { type: 'sql' }, data: { pointsChange: 27 } })
  })
})

describe('tokens', () => {
  test('L17 a revoked terminal’s socket closes at once, and it is not let in again', async () => {
    const owner = await world.api.signIn(demo, 'owner')
    const { body: created } = await world.api.call('POST', '/api/admin/terminals', {
      token: owner,
      body: { name: 'Stolen' },
    })
    const { body: session } = await world.api.call('POST', '/api/auth/terminal', { body: { key: created['key'] } })
    const { socket, frames } = await bareSocket({ token: session['token'] })
    const closed = new Promise<string>((resolve) => socket.once('disconnect', resolve))

    const began = performance.now()
    await world.api.call('DELETE', `/api/admin/terminals/${created['id']}`, { token: owner })
    await closed
    expect(performance.now() - began).toBeLessThan(1_000)
    expect(frames.at(-1)).toEqual(['closing', { code: 'token-revoked' }])

    const again = io(world.realtime!.url, { auth: { token: session['token'] }, forceNew: true, reconnection: false })
    sockets.push(again)
    const refused = await new Promise<any>((resolve) => again.once('connect_error', resolve))
    expect(refused.data).toMatchObject({ code: 'token-revoked', retry: false })
  })

  test('L17 a token that expires while connected is refreshed without a visible break', async () => {
    const short = await openWorld(() => ({ AUTH_TOKEN_SECONDS: '8' }))
    try {
      const shop = await short.tenant('shop')
      const { id, cardId } = await shop.enrol({ points: 100 })
      await short.stopRealtime()
      await short.startRealtime({ TOKEN_WARNING_SECONDS: '6', TOKEN_GRACE_SECONDS: '1' })
      // What the enrolment tells comes a second after it: to a page that was opened before, it would be a repeat.
      const nothingWaits = () => short.database.sql('select from undelivered_totals() where events = 0')
      await until(async () => (await nothingWaits()).length > 0, 'the enrolment to be told')
      const page = await short.screen(shop)
      await page.becomes('live')
      const shopTill = async () => short.api.signIn(shop, 'terminal')
      const opened = page.states.length
      // Longer than the life of one token and its grace together.
      const deadline = performance.now() + 10_000
      for (let points = 1; performance.now() < deadline; points++) {
        const { status, text } = await short.redeem(await shopTill(), id, 1)
        expect(status, text).toBe(201)
        await page.shows(cardId, 100 - points)
        await new Promise((resolve) => setTimeout(resolve, 500))
      }
      expect(page.states.slice(opened)).toEqual([])
      expect(page.client.stats).toMatchObject({ reconnects: 0, gaps: 0, duplicates: 0 })
    } finally {
      await short.close()
    }
  })
})
