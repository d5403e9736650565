import { connectErrors, type ConnectErrorCode } from '@loyalty-live/events'
import { describe, expect, test } from 'vitest'
import { setUpConnection } from '../test/connection-setup.ts'
import { settlePromises } from '../test/virtual-clock.ts'
import { LoyaltyClientError } from './errors.ts'

const EXPIRES_AT = '2030-01-01T00:00:00.000Z'

describe('connection, refused', () => {
  const codes = Object.entries(connectErrors) as [ConnectErrorCode, { retry: boolean }][]

  test.each(codes.filter(([, { retry }]) => !retry).map(([code]) => code))(
    '%s: once with a fresh token, at once, then never again',
    async (code) => {
      const it = await setUpConnection()
      it.last().refuse(code, false)
      await settlePromises()
      expect(it.sockets.map(({ options }) => options.auth.token)).toEqual(['t1', 't2'])
      it.last().refuse(code, false)
      await it.clock.advance(600_000)
      expect(it.sockets).toHaveLength(2)
      expect(it.told).toEqual([`lost: ${code}`, `lost: ${code}`, `refused: ${code}`])
    },
  )

  test.each(codes.filter(([, { retry }]) => retry).map(([code]) => code))(
    '%s: again after the back-off, with the same token',
    async (code) => {
      const it = await setUpConnection()
      it.last().refuse(code, true)
      await settlePromises()
      expect(it.sockets).toHaveLength(1)
      await it.clock.advance(1_000)
      expect(it.last().options.auth.token).toBe('t1')
      expect(it.told).toEqual([`lost: ${code}`])
    },
  )

  test('a server that closes because the token has expired gets a fresh one at once', async () => {
    const it = await setUpConnection()
    it.last().ready('1:7', true)
    it.last().message('closing', { code: 'token-expired' })
    it.last().ended({ kind: 'lost', detail: 'transport close' })
    await settlePromises()
    expect(it.last().options.auth.token).toBe('t2')
    // That one did let us in: what ends it is not a refusal.
    it.last().ready('1:7', true)
    it.last().message('closing', { code: 'token-expired' })
    it.last().ended({ kind: 'lost', detail: 'transport close' })
    await settlePromises()
    expect(it.last().options.auth.token).toBe('t3')
    expect(it.told.filter((line) => line.startsWith('refused'))).toEqual([])
  })

  test('a server that closes because the terminal was revoked is asked once more', async () => {
    const it = await setUpConnection()
    it.last().ready('1:7', true)
    it.last().message('closing', { code: 'token-revoked' })
    it.last().ended({ kind: 'lost', detail: 'io server disconnect' })
    await settlePromises()
    it.last().refuse('token-revoked', false)
    await settlePromises()
    expect(it.told.at(-1)).toBe('refused: token-revoked')
    expect(it.clock.pending).toBe(0)
  })

  test('a server that drains is come back to after a jittered moment', async () => {
    const it = await setUpConnection()
    it.last().ready('1:7', true)
    it.last().message('closing', { code: 'draining' })
    it.last().ended({ kind: 'lost', detail: 'transport close' })
    expect(it.told).toEqual(['ready', 'lost: draining'])
    await it.clock.advance(1_000)
    expect(it.last().options.auth.token).toBe('t1')
  })

  test('without a token there is no socket, and another try after the back-off', async () => {
    let given = false
    const it = await setUpConnection({
      getToken: () => (given ? Promise.resolve('t') : Promise.reject(new Error('offline'))),
    })
    expect(it.told).toEqual(['lost: token-unavailable'])
    given = true
    await it.clock.advance(1_000)
    expect(it.sockets).toHaveLength(1)
  })

  test('an application that says that nobody is signed in ends it', async () => {
    const it = await setUpConnection({
      getToken: () => Promise.reject(new LoyaltyClientError('unauthorized', 'signed out')),
    })
    expect(it.told).toEqual(['refused: unauthorized'])
    expect(it.clock.pending).toBe(0)
  })
})

describe('connection, token about to expire', () => {
  test('sends a fresh token over the socket, which stays', async () => {
    const it = await setUpConnection()
    it.last().ready('1:7', true)
    it.last().message('token_expiring', { expiresAt: EXPIRES_AT })
    await it.clock.advance(0)
    expect(it.last().refreshed.map(({ token }) => token)).toEqual(['t2'])
    it.last().refreshed[0]!.answer({ ok: true, expiresAt: EXPIRES_AT })
    await it.clock.advance(10_000)
    expect(it.last().refreshed).toHaveLength(1)
    expect(it.sockets).toHaveLength(1)
    expect(it.failures).toEqual([])
  })

  test.each<[string, (fresh: { answer(a: unknown): void; fail(e: Error): void }) => void, string]>([
    ['is refused', (fresh) => fresh.answer({ ok: false, code: 'token-invalid', detail: 'no' }), 'socket-refused'],
    ['gets an answer that is none', (fresh) => fresh.answer('yes'), 'bad-message'],
    ['gets lost', (fresh) => fresh.fail(new Error('socket has been disconnected')), 'socket-closed'],
  ])(
    'a fresh token that %s is reported; another follows 5 s later, for as long as the socket lives',
    async (_, spoil, code) => {
      const it = await setUpConnection()
      it.last().message('token_expiring', { expiresAt: EXPIRES_AT })
      await it.clock.advance(0)
      spoil(it.last().refreshed[0]!)
      await it.clock.advance(4_990)
      expect(it.failures).toMatchObject([{ code }])
      expect(it.last().refreshed).toHaveLength(1)
      await it.clock.advance(10)
      expect(it.last().refreshed.map(({ token }) => token)).toEqual(['t2', 't3'])
      it.last().ended({ kind: 'lost', detail: 'transport close' })
      await it.clock.advance(600)
      expect(it.failures).toHaveLength(1)
    },
  )

  test('a token that was taken over the socket is the one that is replaced when the socket is closed for it', async () => {
    const it = await setUpConnection()
    it.last().ready('1:7', true)
    it.last().message('token_expiring', { expiresAt: EXPIRES_AT })
    await it.clock.advance(0)
    it.last().refreshed[0]!.answer({ ok: true, expiresAt: EXPIRES_AT })
    await settlePromises()
    it.last().message('closing', { code: 'token-expired' })
    it.last().ended({ kind: 'lost', detail: 'transport close' })
    await settlePromises()
    expect(it.last().options.auth.token).toBe('t3')
  })

  test('a renewal that is due does not outlive its socket', async () => {
    const it = await setUpConnection()
    it.last().message('token_expiring', { expiresAt: EXPIRES_AT })
    await it.clock.advance(0)
    it.last().refreshed[0]!.answer({ ok: false, code: 'token-invalid', detail: 'no' })
    await settlePromises()
    it.last().ended({ kind: 'lost', detail: 'transport close' })
    await it.clock.advance(6_000)
    expect(it.issued()).toBe(2)
  })

  test('an acknowledgement that never comes is given up after 10 s', async () => {
    const it = await setUpConnection()
    it.last().message('token_expiring', { expiresAt: EXPIRES_AT })
    await it.clock.advance(8_000)
    it.last().message('head', { head: null })
    await it.clock.advance(2_000)
    expect(it.failures).toMatchObject([{ code: 'timed-out' }])
  })

  test('tokens that live shorter than the warning do not make a storm', async () => {
    const it = await setUpConnection()
    const socket = it.last()
    for (let second = 0; second < 19; second++) {
      socket.message('token_expiring', { expiresAt: EXPIRES_AT })
      await it.clock.advance(1_000)
      socket.refreshed.at(-1)?.answer({ ok: true, expiresAt: EXPIRES_AT })
      await settlePromises()
    }
    expect(socket.refreshed).toHaveLength(4)
  })
})
