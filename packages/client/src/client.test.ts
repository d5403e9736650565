import { describe, expect, test } from 'vitest'
import { send, setUp, setUpLive } from '../test/client-setup.ts'
import { eventAt } from '../test/events.ts'

describe('catchUp', () => {
  test('resolves when the API has confirmed the position, and handlers have what was missing', async () => {
    const it = await setUpLive()
    it.server.commit(20)
    const done = it.client.catchUp()
    await it.clock.advance(200)
    await done
    expect(it.client.cursor).toBe('1:30')
    expect(it.seen).toHaveLength(20)
  })

  test('rejects with the reason, and a live client stays live', async () => {
    const it = await setUpLive()
    Object.assign(it.server.weather, { api: 'overloaded' })
    const refused = expect(it.client.catchUp()).rejects.toMatchObject({ code: 'api-unavailable', retryAfterMs: 3_000 })
    await it.clock.advance(100)
    await refused
    expect(it.client.status.state).toBe('live')
  })

  test('rejects when the client is not running', async () => {
    await expect(setUp().client.catchUp()).rejects.toMatchObject({ code: 'stopped' })
  })

  test('a page that does not bring what the API says is there is an error, not a loop', async () => {
    const body = { events: [], cursor: '1:10', head: '1:12', reset: false }
    let asked = 0
    const it = await setUpLive({
      fetch: () => {
        asked++
        return Promise.resolve(Response.json(body))
      },
    })
    await expect(it.client.catchUp()).rejects.toMatchObject({ code: 'bad-answer' })
    expect(asked).toBe(1)
  })
})

describe('reset and resumeFrom', () => {
  test('a stream that cannot be continued is reset; events after it keep coming, in order', async () => {
    const it = await setUpLive()
    it.server.stream.restoreBackup(3)
    it.socket().message('head', { head: '2:7' })
    await it.clock.advance(100)
    expect(it.seen).toEqual(['reset 2:7'])
    expect(it.client.cursor).toBe('2:7')
    expect(it.client.status.state).toBe('live')
    it.socket().message('loyalty_updated', eventAt(2, 8))
    expect(it.seen).toEqual(['reset 2:7', '2:8'])
    expect(it.client.stats.resets).toBe(1)
  })

  test('an earlier snapshot gets again what came after it', async () => {
    const it = await setUpLive()
    it.client.resumeFrom('1:7')
    expect(it.client.cursor).toBe('1:7')
    expect(it.client.status.state).toBe('connecting')
    await it.clock.advance(100)
    expect(it.seen).toEqual(['1:8', '1:9', '1:10'])
    expect(it.client.status.state).toBe('live')
  })

  test('a later snapshot skips what is in it already', async () => {
    const it = await setUpLive()
    it.server.commit(3)
    it.client.resumeFrom('1:12')
    send(it, 11, 12, 13)
    expect(it.seen).toEqual(['1:13'])
    expect(it.client.stats.duplicates).toBe(2)
  })

  test('by a handler: what was about to be given from the old position is not', async () => {
    const it = await setUpLive()
    const off = it.client.on('event', ({ seq }) => {
      if (seq !== 12) return
      off()
      it.client.resumeFrom('1:10')
    })
    it.server.commit(4)
    send(it, 14)
    await it.clock.advance(200)
    expect(it.seen).toEqual(['1:11', '1:12', '1:11', '1:12', '1:13', '1:14'])
    expect(it.client.cursor).toBe('1:14')
  })

  test('by a handler: what that makes come is given after the event that is being given, to every handler', async () => {
    const it = await setUpLive()
    it.client.on('loyalty_updated', ({ seq }) => {
      if (seq === 11) it.client.resumeFrom('1:12')
    })
    send(it, 13, 11)
    expect(it.seen).toEqual(['1:11', '1:13'])
  })

  test('before the start, it is the start', async () => {
    const it = setUp({ cursor: undefined })
    it.client.resumeFrom('1:8')
    it.client.start()
    await it.clock.advance(100)
    expect(it.socket().options.auth.cursor).toBe('1:8')
  })

  test('refuses what is not a cursor', () => {
    expect(() => setUp().client.resumeFrom('latest')).toThrow(
      'cursor must be a stream position such as 1:42, not "latest"',
    )
  })
})

describe('stop', () => {
  test('ends socket, requests and timers; nothing is given after it', async () => {
    const it = await setUpLive()
    const serversOwnTimers = 2
    it.server.weather.latencyMs = 5_000
    it.server.commit(1)
    it.socket().message('head', { head: '1:11' })
    const socket = it.socket()
    await it.client.stop()
    socket.message('loyalty_updated', eventAt(1, 11))
    await it.clock.advance(20_000)
    expect(socket.closed).toBe(true)
    expect(it.seen).toEqual([])
    expect(it.client.status).toMatchObject({ state: 'offline', reason: 'stopped' })
    expect(it.clock.pending).toBe(serversOwnTimers)
  })

  test('and start in the same breath lose nothing and double nothing', async () => {
    const it = await setUpLive()
    it.server.commit(2)
    send(it, 11)
    void it.client.stop()
    it.client.start()
    await it.clock.advance(100)
    expect(it.sockets).toHaveLength(2)
    it.socket().ready('1:12', true)
    send(it, 12)
    expect(it.seen).toEqual(['1:11', '1:12'])
    expect(it.client.status.state).toBe('live')
  })
})

describe('options', () => {
  test.each([
    [{ apiUrl: '/api' }, 'apiUrl must be an absolute http(s) URL, not "/api"'],
    [{ realtimeUrl: 'ws://live.test' }, 'realtimeUrl must be an absolute http(s) URL, not "ws://live.test"'],
    [{ cursor: '1' }, 'cursor must be a stream position such as 1:42, not "1"'],
    [{ pollIntervalMs: 0 }, 'pollIntervalMs must be a number of milliseconds above 0, not 0'],
    [{ reconnect: { capMs: NaN } }, 'reconnect.capMs must be a number of milliseconds above 0, not NaN'],
  ])('%j is refused by name', (options, message) => {
    expect(() => setUp(options)).toThrow(new TypeError(message))
  })
})
