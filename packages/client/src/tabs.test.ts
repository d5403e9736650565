import { afterEach, describe, expect, test, vi } from 'vitest'
import { Worker } from 'node:worker_threads'
import { createHandSockets } from '../test/hand-socket.ts'
import { startStreamServer, tokenOf } from '../test/stream-server.ts'
import { createVirtualClock } from '../test/virtual-clock.ts'
import { systemClock } from './clock.ts'
import type { RealtimeSocket, SocketOptions } from './socket.ts'
import { findTabLinks, shareAcrossTabs, type TabLinks } from './tabs.ts'

const links = findTabLinks()!
const wait = { timeout: 2_000, interval: 5 }
let server = 0
let opened: RealtimeSocket[] = []
afterEach(() => {
  for (const socket of opened) socket.close()
  opened = []
})

/** Tabs of one browser; each has a position that the test moves, and the sockets are served by the test. */
function openBrowser({
  tabLinks = links,
  clock = systemClock,
}: { tabLinks?: TabLinks; clock?: typeof systemClock } = {}) {
  const url = `https://live${server++}.test`
  const sockets = createHandSockets()
  const createSocket = shareAcrossTabs(sockets.createSocket, tabLinks, clock)

  function openTab(who: { url?: string; token?: string; at?: string | null } = {}) {
    const told: string[] = []
    const tab = { at: who.at === undefined ? '1:10' : who.at, told, socket: null as unknown as RealtimeSocket }
    const options: SocketOptions = {
      url: who.url ?? url,
      auth: { token: who.token ?? tokenOf({ sub: 'u1', tenant: 'demo', role: 'owner' }), cursor: tab.at },
      transports: ['websocket'],
      cursor: () => tab.at,
    }
    tab.socket = createSocket(options, {
      message: (name, payload) => told.push(summary(name, payload as Record<string, unknown>)),
      ended: (end) => told.push(end.kind === 'lost' ? `lost ${end.detail}` : `refused ${end.error.code}`),
    })
    opened.push(tab.socket)
    return tab
  }

  return { sockets: sockets.all, openTab, alive: () => sockets.all.filter(({ closed }) => !closed) }
}

function summary(name: string, { head, recovered, seq }: Record<string, unknown>): string {
  if (name === 'ready') return `ready ${String(head)} ${recovered ? 'recovered' : 'not recovered'}`
  return name === 'head' ? `head ${String(head)}` : `${name} ${String(seq)}`
}

const until = (condition: () => unknown) => vi.waitFor(() => expect(condition()).toBeTruthy(), wait)
const event = (seq: number) => ({ epoch: 1, seq })

/** A leader and a follower, both joined at 1:10. */
async function openTwo(setUp?: Parameters<typeof openBrowser>[0]) {
  const browser = openBrowser(setUp)
  const leader = browser.openTab()
  await until(() => browser.sockets.length === 1)
  browser.sockets[0]!.ready('1:10', true)
  const follower = browser.openTab()
  await until(() => follower.told.length === 1)
  return { ...browser, leader, follower }
}

describe('tabs of one browser', () => {
  test('V4 share one socket: what it says reaches both, in order', async () => {
    const { sockets, leader, follower } = await openTwo()
    sockets[0]!.message('loyalty_updated', event(11))
    sockets[0]!.message('head', { head: '1:11' })
    await until(() => follower.told.length === 3)
    const told = ['ready 1:10 recovered', 'loyalty_updated 11', 'head 1:11']
    expect(leader.told).toEqual(told)
    expect(follower.told).toEqual(told)
    expect(sockets).toHaveLength(1)
  })

  test('a tab that comes later is told where the leader stands, and whether it misses anything', async () => {
    const { sockets, openTab } = await openTwo()
    sockets[0]!.message('loyalty_updated', event(11))
    const behind = openTab({ at: '1:10' })
    const level = openTab({ at: '1:11' })
    const fresh = openTab({ at: null })
    await until(() => behind.told.length > 0 && level.told.length > 0 && fresh.told.length > 0)
    expect(behind.told).toEqual(['ready 1:11 not recovered'])
    expect(level.told).toEqual(['ready 1:11 recovered'])
    expect(fresh.told).toEqual(['ready 1:11 not recovered'])
  })

  test('a tab that comes while the socket opens joins together with it', async () => {
    const { sockets, openTab } = openBrowser()
    openTab()
    await until(() => sockets.length === 1)
    const follower = openTab({ at: '1:8' })
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(follower.told).toEqual([])
    sockets[0]!.ready('1:12', true)
    await until(() => follower.told.length === 1)
    // The replay begins after 1:10, where the leader stood.
    expect(follower.told).toEqual(['ready 1:12 not recovered'])
  })

  test('when the leader leaves, the next one opens a socket from its own position, and the others stay joined', async () => {
    const { sockets, openTab, leader, follower, alive } = await openTwo()
    const third = openTab({ at: '1:12' })
    await until(() => third.told.length === 1)
    follower.at = '1:11'
    leader.socket.close()
    await until(() => sockets.length === 2)
    expect(sockets[1]!.options.auth.cursor).toBe('1:11')
    sockets[1]!.ready('1:13', true)
    sockets[1]!.message('loyalty_updated', event(12))
    await until(() => third.told.length === 3)
    expect(third.told).toEqual(['ready 1:10 recovered', 'ready 1:13 recovered', 'loyalty_updated 12'])
    expect(follower.told).toEqual(['ready 1:10 recovered', 'ready 1:13 recovered', 'loyalty_updated 12'])
    expect(alive()).toHaveLength(1)
  })

  test('when the socket ends, every tab knows before the lock is free, so that they come back one by one', async () => {
    const { sockets, leader, follower } = await openTwo()
    sockets[0]!.ended({ kind: 'lost', detail: 'transport close' })
    await until(() => follower.told.length === 2)
    expect(leader.told.at(-1)).toBe('lost transport close')
    expect(follower.told.at(-1)).toBe('lost transport close')
    await new Promise((resolve) => setTimeout(resolve, 150))
    expect(sockets).toHaveLength(1)
  })

  test('a refusal is the leader’s; the others only lose their socket', async () => {
    const { sockets, leader, follower } = await openTwo()
    sockets[0]!.refuse('token-expired', false)
    await until(() => follower.told.length === 2)
    expect(leader.told.at(-1)).toBe('refused token-expired')
    expect(follower.told.at(-1)).toBe('lost token-expired')
  })

  test('what concerns the leader’s token stays with the leader', async () => {
    const { sockets, leader, follower } = await openTwo()
    sockets[0]!.message('token_expiring', { expiresAt: 'soon' })
    sockets[0]!.message('closing', { code: 'token-expired' })
    sockets[0]!.message('head', { head: '1:10' })
    await until(() => follower.told.length === 2)
    expect(leader.told).toHaveLength(4)
    expect(follower.told).toEqual(['ready 1:10 recovered', 'head 1:10'])
    const answer = leader.socket.refreshToken('fresh')
    sockets[0]!.refreshed[0]!.answer({ ok: true })
    expect(await answer).toEqual({ ok: true })
    await expect(follower.socket.refreshToken('fresh')).rejects.toThrow('no socket of its own')
  })

  test('a leader that answers nobody for 2 s is frozen: its place is taken, and it finds out when it wakes', async () => {
    // The frozen tab holds the lock, and hears nothing.
    const url = `https://live${server}.test`
    const frozen = Promise.withResolvers<void>()
    const name = `loyalty-live/1 ${JSON.stringify([url, 'demo', 'owner', 'u1'])}`
    const woken = links.locks.request(name, { steal: true }, () => frozen.promise).catch((error: Error) => error.name)
    const clock = createVirtualClock()
    const { sockets, openTab } = openBrowser({ clock })
    openTab()
    await clock.advance(1_999)
    expect(sockets).toHaveLength(0)
    await clock.advance(1)
    await until(() => sockets.length === 1)
    expect(await woken).toBe('AbortError')
  })

  test('a leader whose lock was taken lets go of its socket', async () => {
    const { sockets, leader } = await openTwo()
    const name = `loyalty-live/1 ${JSON.stringify([sockets[0]!.options.url, 'demo', 'owner', 'u1'])}`
    const thief = Promise.withResolvers<void>()
    const stolen = links.locks.request(name, { steal: true }, () => thief.promise)
    await until(() => sockets[0]!.closed)
    expect(leader.told.at(-1)).toBe('lost another tab took over')
    thief.resolve()
    await stolen
  })

  test.each([
    ['another user', { token: tokenOf({ sub: 'u2', tenant: 'demo', role: 'owner' }) }],
    ['another tenant', { token: tokenOf({ sub: 'u1', tenant: 'rival', role: 'owner' }) }],
    ['another role', { token: tokenOf({ sub: 'u1', tenant: 'demo', role: 'cashier' }) }],
    ['another server', { url: 'https://elsewhere.test' }],
    ['a token that does not say whose it is', { token: 'opaque' }],
  ])('%s never shares', async (_, who) => {
    const { sockets, openTab, follower } = await openTwo()
    const other = openTab(who)
    await until(() => sockets.length === 2)
    sockets[1]!.ready('1:99', true)
    sockets[0]!.message('loyalty_updated', event(11))
    await until(() => follower.told.length === 2)
    expect(other.told).toEqual(['ready 1:99 recovered'])
    expect(follower.told).toEqual(['ready 1:10 recovered', 'loyalty_updated 11'])
  })

  test('a customer, who has no position, takes snapshots in each tab', async () => {
    const { sockets, openTab } = openBrowser()
    const customer = { token: tokenOf({ sub: 'c1', role: 'customer' }), at: null }
    openTab(customer)
    await until(() => sockets.length === 1)
    sockets[0]!.ready(null, false)
    sockets[0]!.message('loyalty_updated', event(11))
    const follower = openTab(customer)
    await until(() => follower.told.length === 1)
    expect(follower.told).toEqual(['ready null not recovered'])
  })

  test('a page that may not use locks keeps a socket of its own', async () => {
    const request = () => Promise.reject(new DOMException('not here', 'SecurityError'))
    const { sockets, openTab } = openBrowser({ tabLinks: { ...links, locks: { request } } })
    openTab()
    await until(() => sockets.length === 1)
  })
})

test.each(['navigator', 'BroadcastChannel'])('a browser without %s has nothing to share by', (missing) => {
  vi.stubGlobal(missing, undefined)
  expect(findTabLinks()).toBeNull()
  vi.unstubAllGlobals()
  expect(findTabLinks()).not.toBeNull()
})

describe('threads as tabs, on a real server', () => {
  test('a leader that is killed is replaced within 2 s; nobody loses an event or gets one twice', async () => {
    const it = await startStreamServer()
    const token = tokenOf({ sub: 'u1', tenant: 'demo', role: 'owner' })
    const open = () => openThread(it.url, token)
    const tabs = [open()]
    await tabs[0]!.becomes('live')
    tabs.push(open(), open())
    await Promise.all(tabs.map((tab) => tab.becomes('live')))
    expect(it.sockets).toBe(1)
    for (let i = 0; i < 5; i++) it.commit()
    await Promise.all(tabs.map((tab) => tab.has(5)))

    // Node gives away the lock of a dead thread when anybody next asks for any lock; a browser does so at once.
    const nudge = setInterval(
      () => void links.locks.request('nudge', { signal: new AbortController().signal }, () => undefined),
      20,
    )
    const killedAtMs = performance.now()
    void tabs[0]!.worker.terminate()
    for (let i = 0; i < 5; i++) it.commit()
    await vi.waitFor(() => expect(it.admitted).toBe(2), { timeout: 2_000, interval: 5 })
    await Promise.all(tabs.slice(1).map((tab) => tab.becomes('live')))
    expect(performance.now() - killedAtMs).toBeLessThan(2_000)
    it.commit()
    await Promise.all(tabs.slice(1).map((tab) => tab.has(11)))

    for (const { seqs } of tabs.slice(1)) expect(seqs).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])
    expect(it.sockets).toBe(1)
    clearInterval(nudge)
    await Promise.all(tabs.slice(1).map((tab) => tab.stop()))
    await it.close()
  }, 20_000)
})

function openThread(url: string, token: string) {
  const worker = new Worker(new URL('../test/tab.ts', import.meta.url), { workerData: { url, token } })
  const seqs: number[] = []
  let state = 'connecting'
  worker.on('message', (told: { seq?: number; state?: string }) => {
    if (told.seq !== undefined) seqs.push(told.seq)
    state = told.state ?? state
  })
  const within = { timeout: 8_000, interval: 5 }
  return {
    worker,
    seqs,
    becomes: (wanted: string) => vi.waitFor(() => expect(state).toBe(wanted), within),
    has: (count: number) => vi.waitFor(() => expect(seqs.length).toBeGreaterThanOrEqual(count), within),
    async stop() {
      const ended = new Promise((resolve) => worker.once('exit', resolve))
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
      worker.postMessage('stop')
      await ended
    },
  }
}
