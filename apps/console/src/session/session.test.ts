import { afterEach, expect, test, vi } from 'vitest'
import { createSessionKeeper, type TokenShelf } from './session.ts'

const START_MS = Date.UTC(2026, 10, 21, 9)
const user = { id: 'u1', name: 'Olive Owner', role: 'owner', tenant: 'demo', tenantName: 'Harbour Kitchen' }

afterEach(() => vi.unstubAllGlobals())

/** The API's sign-in, as far as a session needs it: refresh tokens are for one use. */
function stage({ nowMs = START_MS, shelf = memoryShelf() } = {}) {
  const calls: string[] = []
  let issued = 0
  let valid: string | null = null
  let refusedUpTo = 0
  const clock = { nowMs }
  const issue = () => {
    issued += 1
    valid = `refresh-${issued}`
    const expiresAt = new Date(clock.nowMs + 600_000).toISOString()
    return Response.json({ token: `token-${issued}`, expiresAt, refreshToken: valid, user })
  }
  const refuse = (code: string) => Response.json({ code, detail: code, status: 401 }, { status: 401 })
  vi.stubGlobal('fetch', async (path: string, init: RequestInit) => {
    const token = new Headers(init.headers).get('authorization')
    calls.push(token ? `${path} ${token}` : path)
    const body = init.body === undefined ? {} : (JSON.parse(init.body as string) as { refreshToken?: string })
    if (path === '/api/auth/login') return issue()
    if (path === '/api/auth/refresh') return body.refreshToken === valid ? issue() : refuse('refresh-token-invalid')
    if (path === '/api/auth/logout') return new Response(null, { status: 204 })
    return token === `Bearer token-${issued}` && issued > refusedUpTo
      ? Response.json({ ok: true })
      : refuse('token-expired')
  })
  const session = createSessionKeeper(shelf, { now: () => clock.nowMs })
  const signIn = () => session.signIn({ kind: 'staff', tenant: 'demo', email: 'owner@demo.test', password: 'secret' })
  return {
    session,
    shelf,
    calls,
    clock,
    signIn,
    revoke: () => (valid = null),
    refuseToken: () => (refusedUpTo = issued),
  }
}

function memoryShelf(): TokenShelf & { entries(): string[] } {
  const held = new Map<string, string>()
  return {
    getItem: (key) => held.get(key) ?? null,
    setItem: (key, value) => void held.set(key, value),
    removeItem: (key) => void held.delete(key),
    entries: () => [...held.values()],
  }
}

test('the refresh token is all that is ever kept: the access token stays in memory', async () => {
  const shelf = memoryShelf()
  const { signIn } = stage({ shelf })
  await signIn()
  expect(shelf.entries()).toEqual(['refresh-1'])
})

test('many who need a token at once share one refresh: the token for it is for one use', async () => {
  const { session, signIn, clock, calls } = stage()
  await signIn()
  clock.nowMs += 600_000
  const tokens = await Promise.all([session.token(), session.token(), session.refresh()])
  expect(tokens).toEqual(['token-2', 'token-2', 'token-2'])
  expect(calls.filter((path) => path === '/api/auth/refresh')).toHaveLength(1)
})

test('a request whose token is refused is sent again once, with a fresh one', async () => {
  const { session, signIn, refuseToken, calls } = stage()
  await signIn()
  refuseToken() // by the server, although by our clock it has time left
  await expect(session.ask('/api/admin/customers')).resolves.toEqual({ ok: true })
  expect(calls).toEqual([
    '/api/auth/login',
    '/api/admin/customers Bearer token-1',
    '/api/auth/refresh',
    '/api/admin/customers Bearer token-2',
  ])
})

test('a reload takes up the session where it was', async () => {
  const shelf = memoryShelf()
  const before = stage({ shelf })
  await before.signIn()
  const after = createSessionKeeper(shelf, { now: () => START_MS })
  await expect(after.restore()).resolves.toEqual(user)
  await expect(after.token()).resolves.toBe('token-2')
})

test('somebody whom the server signs out is signed out here: nothing is left, and the screens are told', async () => {
  const shelf = memoryShelf()
  const { session, signIn, revoke } = stage({ shelf })
  await signIn()
  const told: unknown[] = []
  session.subscribe(() => told.push(session.user))
  revoke()
  await expect(session.refresh()).rejects.toMatchObject({ code: 'unauthorized' })
  expect(told).toEqual([null])
  expect(shelf.entries()).toEqual([])
})

test('without an answer nobody is signed out: the session is still there when the network is back', async () => {
  const shelf = memoryShelf()
  const { session, signIn } = stage({ shelf })
  await signIn()
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('Failed to fetch')))
  await expect(session.refresh()).rejects.toMatchObject({ name: 'NoAnswer' })
  expect(session.user).toEqual(user)
  expect(shelf.entries()).toEqual(['refresh-1'])
})

test('a tab goes on with the token that another one has left on the shelf, and ends when that one has signed out', async () => {
  const shelf = memoryShelf()
  const { session: one, signIn, clock, calls } = stage({ shelf })
  await signIn()
  const other = createSessionKeeper(shelf, { now: () => clock.nowMs })
  await other.restore()
  clock.nowMs += 600_000
  await expect(one.token()).resolves.toBe('token-3')
  await other.signOut()
  clock.nowMs += 600_000
  await expect(one.token()).rejects.toMatchObject({ code: 'unauthorized' })
  expect(one.user).toBeNull()
  expect(calls.filter((path) => path === '/api/auth/refresh')).toHaveLength(2)
})
