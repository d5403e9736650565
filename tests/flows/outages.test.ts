import { formatCursor, parseCursor } from '@loyalty-live/events'
import { io } from 'socket.io-client'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Screen } from '../harness/screen.ts'
import type { TestCustomer, TestTenant } from '../harness/tenant.ts'
import { until } from '../harness/until.ts'
import { startScriptedServer } from '../harness/scripted-server.ts'
import { openWorld, type World } from '../harness/world.ts'

let world: World
let demo: TestTenant
let till: string
let customer: TestCustomer

beforeAll(async () => {
  world = await openWorld()
  demo = await world.tenant('demo')
  till = await world.api.signIn(demo, 'terminal')
})
afterAll(() => world.close())
beforeEach(async () => {
  if (!world.realtime) await world.startRealtime()
  customer = await demo.enrol({ points: 1000 })
})

/** Handlers got each position once, in order, without a hole. */
function expectGapFree({ events }: Screen): void {
  const seqs = events.map(({ seq }) => seq)
  expect(seqs).toEqual(seqs.map((_, index) => seqs[0]! + index))
}

describe('the realtime server is away', () => {
  test('L8 a page says Polling within 5 s, changes still appear by polling; back → Live, nothing missing, nothing twice', async () => {
    const page = await world.screen(demo, { pollIntervalMs: 500 })
    await page.becomes('live')
    await world.stopRealtime()
    const gone = performance.now()
    await page.becomes('polling', 5_000)
    expect(performance.now() - gone).toBeLessThan(5_000)

    await world.redeem(till, customer.id, 10)
    await page.shows(customer.cardId, 990, 3_000)
    expect(page.client.status.lastConfirmedAt!.getTime()).toBeGreaterThan(Date.now() - 2_000)

    await world.startRealtime()
    await page.becomes('live', 5_000)
    await world.redeem(till, customer.id, 10)
    await page.shows(customer.cardId, 980)
    expectGapFree(page)
  })

  test('L9 when the API is gone as well it is Offline, keeps what it showed, and comes back by itself', async () => {
    const apart = await openWorld()
    try {
      const shop = await apart.tenant('shop')
      const token = await apart.api.signIn(shop, 'owner')
      const { cardId } = await shop.enrol({ points: 5 })
      const page = await apart.screen(shop, { pollIntervalMs: 300, getToken: async () => token })
      await page.becomes('live')
      await apart.stopRealtime()
      await apart.api.close()
      await page.becomes('offline', 10_000)
      expect(page.cards.get(cardId)!.balance).toBe(5)
      await expect(page.client.catchUp()).rejects.toMatchObject({ code: 'network-failed' })
    } finally {
      await apart.close()
    }
  })

  test('L10 answers arrive all the same, and the events are delivered when it is back: to the SDK and to a bare client', async () => {
    const page = await world.screen(demo, { pollIntervalMs: 60_000 })
    await page.becomes('live')
    let cursor: string | undefined
    const heard: number[] = []
    const bare = io(world.realtime!.url, {
      auth: (give) => give(cursor === undefined ? { token: till } : { token: till, cursor }),
      forceNew: true,
      reconnectionDelay: 50,
    })
    bare.on('ready', ({ head }) => (cursor ??= head))
    bare.on('loyalty_updated', (event) => {
      if (event.data.cardId === customer.cardId && event.data.pointsChange < 0) heard.push(event.seq)
      cursor = formatCursor(event)
    })
    await until(() => cursor !== undefined)

    await world.stopRealtime()
    const answers = []
    for (let count = 0; count < 5; count++) answers.push(await world.redeem(till, customer.id, 1))
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201, 201])
    await world.startRealtime()
    await page.shows(customer.cardId, 995, 15_000)
    await until(() => heard.length >= 5, 'the bare client to hear of all five', 15_000)
    bare.disconnect()
    expect(heard).toEqual(answers.map(({ body }) => parseCursor(body['cursor'])!.seq))
    expectGapFree(page)
  })

  test('a server that comes back twenty times under load loses nothing and doubles nothing', async () => {
    const pages = await Promise.all([1, 2, 3].map(() => world.screen(demo, { pollIntervalMs: 300 })))
    await Promise.all(pages.map((page) => page.becomes('live')))
    let running = true
    let redeemed = 0
    const writing = Promise.all(
      [1, 2, 3, 4].map(async () => {
        while (running) {
          const { status } = await world.redeem(till, customer.id, 1)
          if (status === 201) redeemed++
          await new Promise((resolve) => setTimeout(resolve, 5))
        }
      }),
    )
    for (let round = 0; round < 20; round++) {
      await world.stopRealtime()
      await world.startRealtime()
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    running = false
    await writing
    await Promise.all(pages.map((page) => page.shows(customer.cardId, 1000 - redeemed, 15_000)))
    await Promise.all(pages.map((page) => page.becomes('live', 15_000)))
    for (const page of pages) expectGapFree(page)
  })
})

describe('a client that was away', () => {
  test('L12 for a while catches up from its cursor', async () => {
    const page = await world.screen(demo)
    await page.becomes('live')
    await page.close()
    for (let count = 0; count < 30; count++) await world.redeem(till, customer.id, 1)
    page.client.start()
    await page.shows(customer.cardId, 970)
    expectGapFree(page)
    expect(page.resets).toEqual([])
  })

  test('L12 past retention gets a reset, takes fresh snapshots, and goes on live', async () => {
    const page = await world.screen(demo)
    await page.becomes('live')
    await page.close()
    await world.stopRealtime() // its memory would bridge the hole
    for (let count = 0; count < 5; count++) await world.redeem(till, customer.id, 1)
    await world.database.sql(`delete from events where tenant_id = 'demo'`)
    await world.startRealtime()
    page.client.start()
    await until(() => page.resets.length === 1)
    await page.shows(customer.cardId, 995)
    await page.becomes('live')
    await world.redeem(till, customer.id, 1)
    await page.shows(customer.cardId, 994)
    expect(page.resets).toHaveLength(1)
  })

  test('L13 a restored database (a new epoch) resets every client, the connected ones too', async () => {
    const pages = await Promise.all([1, 2].map(() => world.screen(demo)))
    await Promise.all(pages.map((page) => page.becomes('live')))
    await world.redeem(till, customer.id, 100)
    await Promise.all(pages.map((page) => page.shows(customer.cardId, 900)))
    await world.database.sql('select start_new_epoch()')
    await Promise.all(pages.map((page) => until(() => page.resets.length === 1, 'a reset', 15_000)))
    await Promise.all(pages.map((page) => page.becomes('live', 15_000)))
    await world.redeem(till, customer.id, 1)
    await Promise.all(pages.map((page) => page.shows(customer.cardId, 899)))
  })
})

test('L14 a last event that got lost on the way is noticed within 10 s by a connected, otherwise quiet client', async () => {
  // A node that takes an event, says so, and is never heard of again: it comes first in the list of servers.
  const node = await startScriptedServer()
  const quiet = await openWorld((realtimeUrl) => ({ WS_SERVER_URL: `${node.url} ${realtimeUrl}` }))
  try {
    const shop = await quiet.tenant('shop')
    const { id, cardId } = await shop.enrol({ points: 10 })
    const page = await quiet.screen(shop, { pollIntervalMs: 600_000 })
    await page.becomes('live')
    const shopTill = await quiet.api.signIn(shop, 'terminal')
    await quiet.redeem(shopTill, id, 3)
    await page.shows(cardId, 7, 10_000)
    expect(node.posts.some(({ path, body }) => path === '/broadcast' && body.includes(id))).toBe(true)
    expect(await quiet.realtime!.metric('events_total{outcome="delivered"}')).toBe(0)
  } finally {
    await quiet.close()
    await node.close()
  }
})
