import { describe, expect, test } from 'vitest'
import { send, setUp, setUpLive } from '../test/client-setup.ts'
import { settlePromises } from '../test/virtual-clock.ts'
import type { Status } from './status.ts'

describe('status', () => {
  test('goes from connecting to live with the socket alone, without asking the API', async () => {
    const it = await setUpLive()
    expect(it.states).toEqual(['live'])
    expect(it.server.requests).toEqual([])
    expect(it.client.status).toEqual({
      state: 'live',
      since: new Date(it.clock.now()),
      lastConfirmedAt: new Date(it.clock.now()),
      reason: null,
    })
  })

  test('without a cursor the stream starts where the server says it stands', async () => {
    const it = setUp({ cursor: undefined })
    expect(it.client.cursor).toBeNull()
    it.client.start()
    await it.clock.advance(100)
    expect(it.socket().options.auth).not.toHaveProperty('cursor')
    it.socket().ready('1:10', false)
    send(it, 11)
    expect(it.client.status.state).toBe('live')
    expect(it.seen).toEqual(['1:11'])
  })

  test('without a cursor, and a server that does not know one, REST says where the stream stands', async () => {
    const it = setUp({ cursor: undefined })
    it.client.start()
    await it.clock.advance(100)
    it.socket().ready(null, false)
    it.server.commit(1)
    send(it, 11)
    expect(it.seen).toEqual([])
    await it.clock.advance(100)
    expect(it.client.cursor).toBe('1:11')
    expect(it.client.status.state).toBe('live')
    send(it, 12)
    expect(it.seen).toEqual(['1:12'])
  })

  test('is not live before a replay is complete', async () => {
    const it = setUp()
    it.client.start()
    await it.clock.advance(100)
    it.socket().ready('1:12', true)
    send(it, 11)
    expect(it.client.status.state).toBe('connecting')
    send(it, 12)
    expect(it.client.status.state).toBe('live')
    expect(it.server.requests).toEqual([])
  })

  test('is not live before what was not replayed has been read, by a request that began after the socket joined', async () => {
    const it = setUp()
    it.server.weather.latencyMs = 1_000
    it.client.start()
    const early = it.client.catchUp()
    await it.clock.advance(1_200)
    it.server.commit(2)
    it.socket().ready(null, false)
    await it.clock.advance(300)
    await early
    expect(it.client.status.state).toBe('polling')
    expect(it.seen).toEqual([])
    await it.clock.advance(1_000)
    expect(it.seen).toEqual(['1:11', '1:12'])
    expect(it.client.status.state).toBe('live')
    expect(it.client.stats.catchUps).toBe(2)
  })

  test('leaves live at a gap, and at a head that is ahead; a catch-up brings it back', async () => {
    const it = await setUpLive()
    it.server.commit(2)
    send(it, 12)
    expect(it.client.status.state).toBe('connecting')
    await it.clock.advance(100)
    expect(it.client.status.state).toBe('live')

    it.server.commit(1)
    it.socket().message('head', { head: '1:13' })
    expect(it.client.status.state).toBe('connecting')
    await it.clock.advance(100)
    expect(it.client.status.state).toBe('live')
    expect(it.seen).toEqual(['1:11', '1:12', '1:13'])
    expect(it.client.stats.gaps).toBe(2)
  })

  test('after conflation every event is read from the API', async () => {
    const it = await setUpLive()
    it.server.commit(5)
    it.socket().message('conflated', { from: '1:11', to: '1:15' })
    send(it, 14, 15)
    await it.clock.advance(100)
    expect(it.seen).toEqual(['1:11', '1:12', '1:13', '1:14', '1:15'])
  })

  test('polls as soon as the socket is lost, and says so; then at each interval', async () => {
    const it = await setUpLive()
    it.socket().ended({ kind: 'lost', detail: 'transport close' })
    expect(it.client.status).toMatchObject({ state: 'connecting', reason: 'socket-closed' })
    await it.clock.advance(100)
    expect(it.client.status).toMatchObject({ state: 'polling', reason: 'socket-closed' })
    expect(it.server.requests).toHaveLength(1)
    it.server.commit(1)
    await it.clock.advance(14_900)
    expect(it.seen).toEqual([])
    await it.clock.advance(100)
    expect(it.seen).toEqual(['1:11'])
    expect(it.client.status.state).toBe('polling')
  })

  test('a start whose socket does not come polls after 2 s', async () => {
    const it = setUp()
    it.client.start()
    await it.clock.advance(1_990)
    expect(it.server.requests).toEqual([])
    await it.clock.advance(100)
    expect(it.client.status.state).toBe('polling')
  })

  test('says offline when the API does not answer either, and why; and comes back by itself', async () => {
    const it = await setUpLive()
    Object.assign(it.server.weather, { api: 'unreachable' })
    it.socket().ended({ kind: 'lost', detail: 'transport close' })
    await it.clock.advance(100)
    expect(it.client.status).toMatchObject({ state: 'offline', reason: 'network-failed' })
    Object.assign(it.server.weather, { api: 'up' })
    await it.clock.advance(16_000)
    expect(it.client.status.state).toBe('polling')
  })

  test('knows how many sockets hear the tenant from one beat to the next, and nothing of it without a socket', async () => {
    const it = await setUpLive()
    expect(it.client.stats.sockets).toBe(null)
    it.socket().message('head', { head: '1:10', sockets: 3 })
    expect(it.client.stats.sockets).toBe(3)
    it.socket().ended({ kind: 'lost', detail: 'transport close' })
    expect(it.client.stats.sockets).toBe(null)
  })

  test('confirms by a beat that agrees, by an event and by an unchanged poll; not by one that has fallen behind', async () => {
    const it = await setUpLive()
    const confirmed = () => it.clock.now() - it.client.status.lastConfirmedAt!.getTime()
    await it.clock.advance(3_000)
    expect(confirmed()).toBe(3_000)
    it.socket().message('head', { head: '1:9' })
    it.socket().message('head', { head: null })
    expect(confirmed()).toBe(3_000)
    it.socket().message('head', { head: '1:10' })
    expect(confirmed()).toBe(0)
    await it.clock.advance(3_000)
    it.server.commit(1)
    send(it, 11)
    expect(confirmed()).toBe(0)

    it.socket().ended({ kind: 'lost', detail: 'transport close' })
    await it.clock.advance(40)
    await it.clock.advance(15_000)
    expect(it.server.requests).toHaveLength(2)
    expect(confirmed()).toBeLessThan(100)
  })

  test('is not believed by whoever asks first after a sleep', async () => {
    const it = await setUpLive()
    it.clock.jump(3_600_000)
    expect(it.client.status).toMatchObject({ state: 'connecting', reason: 'socket-silent' })
  })

  test('an answer that was under way during a sleep does not make a dead socket live', async () => {
    const it = await setUpLive()
    it.server.commit(1)
    send(it, 12)
    it.clock.jump(3_600_000)
    it.states.length = 0
    await it.clock.advance(100)
    expect(it.states).not.toContain('live')
    expect(it.socket().closed).toBe(true)
  })

  test('is told when it has changed, once a turn, and is the same object until then', async () => {
    const it = await setUpLive()
    const told: Status[] = []
    it.client.on('status', (status) => told.push(status))
    const before = it.client.status
    expect(it.client.status).toBe(before)
    it.socket().ended({ kind: 'lost', detail: 'transport close' })
    expect(told).toEqual([])
    await settlePromises()
    expect(told).toHaveLength(1)
    expect(told[0]).toBe(it.client.status)
  })

  test('is not told when it is the same again by the end of the turn', async () => {
    const it = setUp()
    it.client.start()
    void it.client.stop()
    it.client.start()
    await settlePromises()
    expect(it.client.status.state).toBe('connecting')
    expect(it.states).toEqual([])
  })
})

describe('authorization', () => {
  test('a token that the API refuses, and a fresh one too, ends everything, until somebody starts it again', async () => {
    const it = setUp({ getToken: () => Promise.resolve('0@0') })
    it.client.start()
    const refused = expect(it.client.catchUp()).rejects.toMatchObject({ code: 'unauthorized' })
    await it.clock.advance(100)
    await refused
    expect(it.client.status).toMatchObject({ state: 'unauthorized', reason: 'token-expired' })
    expect(it.errors).toMatchObject([{ code: 'unauthorized' }])
    expect(it.socket().closed).toBe(true)
    const requests = it.server.requests.length
    await it.clock.advance(600_000)
    expect(it.server.requests).toHaveLength(requests)
    await expect(it.client.catchUp()).rejects.toMatchObject({ code: 'stopped' })

    it.client.start()
    expect(it.client.status).toMatchObject({ state: 'connecting', reason: null })
    await it.client.stop()
  })

  test('a token that the socket refuses, and a fresh one too, ends everything', async () => {
    const it = setUp()
    it.client.start()
    await it.clock.advance(100)
    it.socket().refuse('token-revoked', false)
    await it.clock.advance(100)
    it.socket().refuse('token-revoked', false)
    await it.clock.advance(100)
    expect(it.client.status).toMatchObject({ state: 'unauthorized', reason: 'token-revoked' })
    expect(it.sockets).toHaveLength(2)
  })

  test('asks for a first token at each start: it may be somebody else now', async () => {
    const why: string[] = []
    const it = setUp({ getToken: (reason) => Promise.resolve(`${why.push(reason)}@999999999`) })
    it.client.start()
    await settlePromises()
    await it.client.stop()
    it.client.start()
    await settlePromises()
    expect(why).toEqual(['first', 'first'])
    await it.client.stop()
  })
})
