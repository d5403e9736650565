import { describe, expect, test } from 'vitest'
import { setUp, setUpLive } from '../test/client-setup.ts'
import { settlePromises } from '../test/virtual-clock.ts'
import { LoyaltyClientError } from './errors.ts'

type Setup = ReturnType<typeof setUp>

/** What each channel said, when the realtime server's part is played by `serve`. */
async function diagnosed(it: Setup, serve: (socket: ReturnType<Setup['socket']>) => void, limitMs = 30_000) {
  const before = it.sockets.length
  const reports = it.client.diagnose()
  await it.clock.advance(100)
  if (it.sockets.length > before) serve(it.socket())
  await settlePromises()
  await it.clock.advance(limitMs - 100)
  return Object.fromEntries((await reports).map(({ name, ok, detail }) => [name, `${ok ? 'ok' : 'not ok'}: ${detail}`]))
}

describe('diagnose', () => {
  test('tries every channel and says what it found; the client goes on as it was', async () => {
    const it = await setUpLive()
    const first = it.socket()
    const reports = await diagnosed(
      it,
      (socket) => {
        socket.ready('1:10', true)
        socket.message('head', { head: '1:10' })
      },
      500,
    )
    expect(reports).toEqual({
      token: 'ok: a token was given',
      rest: 'ok: the API stands at 1:10',
      'catch-up': 'ok: 0 events after 1:10',
      socket: 'ok: the server took our token',
      room: 'ok: let in at 1:10',
      broadcast: 'ok: a beat came, at 1:10',
      poll: 'ok: nothing is missing',
    })
    expect(it.sockets[1]!.closed).toBe(true)
    expect(first.closed).toBe(false)
  })

  test('a realtime server that stays behind the API is found out, however lively it beats', async () => {
    const it = await setUpLive()
    it.server.commit(2)
    const { room, broadcast } = await diagnosed(it, (socket) => {
      socket.ready('1:10', true)
      socket.message('head', { head: '1:10' })
    })
    expect(room).toMatch(/^ok/)
    expect(broadcast).toBe('not ok: the realtime server stands at 1:10, the API at 1:12')
  })

  test('a refused socket says why, and takes its room with it', async () => {
    const it = await setUpLive()
    const { rest, socket, room, broadcast } = await diagnosed(it, (made) => made.refuse('too-many-sockets', true))
    expect(rest).toMatch(/^ok/)
    expect(socket).toBe('not ok: too-many-sockets: because too-many-sockets')
    expect(room).toBe('not ok: there is no socket')
    expect(broadcast).toBe('not ok: there is no socket')
  })

  test('a server that says nothing, and an API that never answers, take 30 s at most, and hold no socket', async () => {
    const it = await setUpLive()
    it.server.weather.api = 'silent'
    const reports = await diagnosed(it, () => {})
    expect(Object.keys(reports)).toHaveLength(7)
    for (const name of ['rest', 'catch-up', 'socket', 'poll']) expect(reports[name]).toMatch(/^not ok: timed-out/)
    // The second: the client's own first one has fallen silent meanwhile, and was replaced.
    expect(it.sockets[1]!.closed).toBe(true)
  })

  test('nobody signed in: every channel says so', async () => {
    const it = setUp({ getToken: () => Promise.reject(new LoyaltyClientError('unauthorized', 'signed out')) })
    const reports = await diagnosed(it, () => {})
    expect(reports['token']).toBe('not ok: unauthorized: signed out')
    expect(reports['socket']).toBe('not ok: unauthorized: signed out')
    expect(reports['poll']).toMatch(/^not ok: stopped/)
  })

  test('a customer has no stream: their channels are token, socket, room and poll', async () => {
    const it = setUp({ takeSnapshots: () => Promise.resolve() })
    it.client.start()
    await it.clock.advance(100)
    it.socket().ready(null, false)
    await settlePromises()
    const reports = await diagnosed(it, (socket) => {
      socket.ready(null, false)
      socket.message('head', { head: null })
    })
    expect(Object.values(reports).every((report) => report.startsWith('ok'))).toBe(true)
    expect(it.server.requests).toEqual([])
  })
})
