import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { send, setUp, setUpLive } from '../test/client-setup.ts'
import { createHandSockets } from '../test/hand-socket.ts'
import { tokenOf } from '../test/stream-server.ts'
import { settlePromises } from '../test/virtual-clock.ts'

/** The events of a page, as a browser sends them. */
let page: EventTarget & { readonly defaultView: EventTarget }
beforeEach(() => {
  page = Object.assign(new EventTarget(), { defaultView: new EventTarget() })
  vi.stubGlobal('document', page)
})
afterEach(() => vi.unstubAllGlobals())

const freeze = () => page.dispatchEvent(new Event('freeze'))
const resume = () => page.dispatchEvent(new Event('resume'))
const hide = () => page.defaultView.dispatchEvent(new Event('pagehide'))
const show = () => page.defaultView.dispatchEvent(new Event('pageshow'))

describe.each([
  ['frozen', freeze, resume],
  ['kept for Back', hide, show],
  ['kept for Back by Chromium', () => [hide(), freeze()], () => [resume(), show()]],
])('a page that is %s', (_, putAway, bringBack) => {
  test('lets go of its socket, is not live, and asks nobody; back, it joins at once from where it was', async () => {
    const it = await setUpLive({ shareSocket: false })
    send(it, 11)
    putAway()
    expect(it.socket().closed).toBe(true)
    expect(it.client.status.state).toBe('connecting')
    it.server.commit(5)
    await it.clock.advance(60_000)
    expect(it.server.requests).toEqual([])
    expect(it.sockets).toHaveLength(1)

    bringBack()
    await it.clock.advance(100)
    expect(it.sockets).toHaveLength(2)
    expect(it.socket().options.auth.cursor).toBe('1:11')
    it.socket().ready('1:12', true)
    send(it, 12)
    expect(it.seen).toEqual(['1:11', '1:12'])
    expect(it.client.status.state).toBe('live')
  })

  test('does not poll either', async () => {
    const it = setUp({ shareSocket: false })
    it.client.start()
    await it.clock.advance(20_000)
    expect(it.client.status.state).toBe('polling')
    const polls = it.server.requests.length
    putAway()
    await it.clock.advance(60_000)
    expect(it.server.requests).toHaveLength(polls)
    bringBack()
    await it.clock.advance(2_100)
    expect(it.server.requests.length).toBeGreaterThan(polls)
  })

  test('is left alone once the client was stopped', async () => {
    const it = await setUpLive({ shareSocket: false })
    await it.client.stop()
    putAway()
    bringBack()
    await it.clock.advance(60_000)
    expect(it.sockets).toHaveLength(1)
    expect(it.client.status).toMatchObject({ state: 'offline', reason: 'stopped' })
  })
})

test('a page that is shown for the first time changes nothing', async () => {
  const it = await setUpLive({ shareSocket: false })
  show()
  await it.clock.advance(10_000)
  expect(it.server.requests).toEqual([])
  expect(it.sockets).toHaveLength(1)
})

test('V4 a leader whose page is frozen hands over: the next tab has a socket in less than 2 s', async () => {
  const token = tokenOf({ sub: 'u1', tenant: 'demo', role: 'owner' })
  const sockets = createHandSockets()
  const realtimeUrl = 'https://handover.test'
  const options = {
    shareSocket: true,
    realtimeUrl,
    getToken: () => Promise.resolve(token),
    createSocket: sockets.createSocket,
  }
  const leader = setUp(options)
  leader.client.start()
  await vi.waitFor(() => expect(sockets.all).toHaveLength(1))
  sockets.all[0]!.ready('1:10', true)
  // The other tab is a page of its own.
  vi.stubGlobal('document', Object.assign(new EventTarget(), { defaultView: new EventTarget() }))
  const follower = setUp(options)
  follower.client.start()
  await vi.waitFor(() => expect(follower.client.status.state).toBe('live'))

  const frozenAtMs = performance.now()
  freeze()
  await vi.waitFor(() => expect(sockets.all).toHaveLength(2), { timeout: 2_000, interval: 5 })
  expect(performance.now() - frozenAtMs).toBeLessThan(2_000)
  sockets.all[1]!.ready('1:10', true)
  sockets.all[1]!.message('head', { head: '1:10' })
  expect(follower.client.status.state).toBe('live')

  // It comes back as a follower.
  resume()
  await vi.waitFor(() => expect(leader.client.status.state).toBe('live'))
  expect(sockets.all).toHaveLength(2)
  expect(sockets.all[0]!.closed).toBe(true)
  await settlePromises()
  await Promise.all([leader.client.stop(), follower.client.stop()])
})
