import { describe, expect, test } from 'vitest'
import { setUpConnection } from '../test/connection-setup.ts'
import { eventAt } from '../test/events.ts'
import { settlePromises } from '../test/virtual-clock.ts'
import { SILENCE_LIMIT_MS } from './connection.ts'

const EXPIRES_AT = '2030-01-01T00:00:00.000Z'

describe('connection', () => {
  test('brings token and cursor to the handshake, both as they are at each attempt', async () => {
    const it = await setUpConnection()
    expect(it.last().options).toMatchObject({
      url: 'https://live.test',
      auth: { token: 't1', cursor: '1:7' },
      transports: ['websocket'],
    })
    it.moveTo(null)
    it.last().ended({ kind: 'lost', detail: 'transport close' })
    await it.clock.advance(1_000)
    expect(it.last().options.auth).toEqual({ token: 't1' })
    expect(it.connection.attempts).toBe(2)
  })

  test('tells of what concerns the stream, and keeps the rest to itself', async () => {
    const it = await setUpConnection()
    it.last().ready('1:7', true)
    it.last().message('loyalty_updated', eventAt(1, 8))
    it.last().message('table_freed', eventAt(1, 9, { type: 'table_freed' }))
    it.last().message('head', { head: null })
    it.last().message('conflated', { from: '1:10', to: '1:12' })
    it.last().message('closing', { code: 'draining' })
    it.last().message('token_expiring', { expiresAt: EXPIRES_AT })
    expect(it.told).toEqual(['ready', 'event', 'event', 'head', 'conflated'])
    expect(it.failures).toEqual([])
  })

  test.each([
    ['head', { head: 'x' }],
    ['ready', {}],
    ['loyalty_updated', { ...eventAt(1, 8), seq: 0 }],
    ['conflated', { from: '1:1' }],
    ['closing', { code: 'tired' }],
  ])('a malformed %s is reported and ignored', async (name, payload) => {
    const it = await setUpConnection()
    it.last().message(name, payload)
    expect(it.told).toEqual([])
    expect(it.failures).toMatchObject([{ code: 'bad-message' }])
    expect(it.last().closed).toBe(false)
  })

  test('comes back after a loss with full jitter, doubling up to 8 s, and starts over after a beat', async () => {
    const it = await setUpConnection()
    for (const [index, delayMs] of [1_000, 2_000, 4_000, 8_000, 8_000, 8_000].entries()) {
      it.last().ready('1:7', true)
      it.last().ended({ kind: 'lost', detail: 'transport close' })
      await it.clock.advance(delayMs - 50)
      expect(it.sockets).toHaveLength(index + 1)
      await it.clock.advance(50)
      expect(it.sockets).toHaveLength(index + 2)
    }
    it.last().message('head', { head: '1:7' })
    it.last().ended({ kind: 'lost', detail: 'transport close' })
    await it.clock.advance(1_000)
    expect(it.sockets).toHaveLength(8)
  })

  test('a socket that says nothing is closed and replaced', async () => {
    const it = await setUpConnection()
    it.last().ready('1:7', true)
    await it.clock.advance(SILENCE_LIMIT_MS)
    expect(it.last().closed).toBe(false)
    await it.clock.advance(1)
    expect(it.last().closed).toBe(true)
    expect(it.told).toEqual(['ready', 'lost: socket-silent'])
    await it.clock.advance(1_000)
    expect(it.sockets).toHaveLength(2)
  })

  test('a socket that never gets as far as a first word is given up after the same time', async () => {
    const it = await setUpConnection()
    await it.clock.advance(SILENCE_LIMIT_MS + 1)
    expect(it.told).toEqual(['lost: socket-silent'])
  })

  test('any message keeps it alive', async () => {
    const it = await setUpConnection()
    for (let i = 0; i < 5; i++) {
      await it.clock.advance(SILENCE_LIMIT_MS - 1)
      it.last().message('head', { head: null })
    }
    expect(it.told).toEqual(['head', 'head', 'head', 'head', 'head'])
  })

  test.each([3_600_000, -3_600_000])(
    'after a jump of the clock by %d ms the first message is not believed: the socket is replaced',
    async (byMs) => {
      const it = await setUpConnection()
      it.last().ready('1:7', true)
      it.clock.jump(byMs)
      it.last().message('head', { head: '1:7' })
      expect(it.told).toEqual(['ready', 'lost: socket-silent'])
      expect(it.last().closed).toBe(true)
    },
  )

  test('what a replaced socket still says is not heard', async () => {
    const it = await setUpConnection()
    const old = it.last()
    old.ended({ kind: 'lost', detail: 'transport close' })
    await it.clock.advance(1_000)
    old.message('head', { head: '1:7' })
    old.ended({ kind: 'lost', detail: 'again' })
    expect(it.told).toEqual(['lost: socket-closed'])
    expect(it.sockets).toHaveLength(2)
  })

  test('close() ends socket and timers, and nothing is told after it', async () => {
    const it = await setUpConnection()
    const socket = it.last()
    it.connection.close()
    socket.message('head', { head: '1:7' })
    socket.ended({ kind: 'lost', detail: 'transport close' })
    expect(socket.closed).toBe(true)
    expect(it.clock.pending).toBe(0)

    it.connection.open()
    await settlePromises()
    it.last().ended({ kind: 'lost', detail: 'transport close' })
    it.connection.close()
    expect(it.clock.pending).toBe(0)
    expect(it.told).toEqual(['lost: socket-closed'])
  })

  test('a token that comes after close() opens nothing', async () => {
    let give = (_token: string) => {}
    const it = await setUpConnection({ getToken: () => new Promise((resolve) => (give = resolve)) })
    it.connection.close()
    give('late')
    await settlePromises()
    expect(it.sockets).toHaveLength(0)
  })

  test('open() twice is open() once', async () => {
    const it = await setUpConnection()
    it.connection.open()
    it.last().ended({ kind: 'lost', detail: 'transport close' })
    it.connection.open()
    await settlePromises()
    expect(it.sockets).toHaveLength(1)
  })
})
