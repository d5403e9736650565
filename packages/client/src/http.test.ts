import { describe, expect, test } from 'vitest'
import { createVirtualClock, settlePromises } from '../test/virtual-clock.ts'
import { createHttp, type Fetch } from './http.ts'
import { createTokens } from './tokens.ts'

type Sent = { readonly url: string; readonly init: RequestInit; readonly headers: Headers }

function setUp(answer: (sent: Sent, count: number) => Response | Promise<Response>, apiUrl = 'https://api.test/') {
  const clock = createVirtualClock()
  const sent: Sent[] = []
  let issued = 0
  const tokens = createTokens(() => Promise.resolve(`t${++issued}`), clock)
  const fetch: Fetch = async (input, init) => {
    const one = { url: input as string, init: init!, headers: new Headers(init?.headers) }
    return answer(one, sent.push(one))
  }
  return { clock, sent, http: createHttp({ apiUrl, fetch, tokens, clock }) }
}

const problem = (status: number, code: string, headers?: Record<string, string>) =>
  Response.json({ code, detail: `because ${code}` }, { status, headers: headers ?? {} })

describe('http', () => {
  test('asks as the signed-in user, and lets nothing be cached', async () => {
    const { http, sent } = setUp(() => Response.json({ ok: true }, { headers: { etag: '"1:2"' } }))
    expect(await http.request('/api/x')).toEqual({ status: 200, etag: '"1:2"', body: { ok: true } })
    expect(sent[0]!.url).toBe('https://api.test/api/x')
    expect(sent[0]!.init).toMatchObject({ method: 'GET', cache: 'no-store' })
    expect(sent[0]!.headers.get('authorization')).toBe('Bearer t1')
    expect(sent[0]!.headers.has('content-type')).toBe(false)
  })

  test('sends a body as JSON, with the headers of the caller', async () => {
    const { http, sent } = setUp(() => new Response(null, { status: 204 }))
    const request = { method: 'POST', body: { points: 5 }, headers: { 'idempotency-key': 'k' } }
    expect(await http.request('/api/x', request)).toEqual({ status: 204, etag: null, body: null })
    expect(sent[0]!.init).toMatchObject({ method: 'POST', body: '{"points":5}' })
    expect(sent[0]!.headers.get('content-type')).toBe('application/json')
    expect(sent[0]!.headers.get('idempotency-key')).toBe('k')
  })

  test('an API below a path of its own is asked there', async () => {
    const { http, sent } = setUp(() => Response.json(null), 'https://shop.test/loyalty/')
    await http.request('/api/x')
    expect(sent[0]!.url).toBe('https://shop.test/loyalty/api/x')
  })

  test('a 401 is answered with one fresh token and one repetition', async () => {
    const { http, sent } = setUp(({ headers }) =>
      headers.get('authorization') === 'Bearer t2' ? Response.json('yes') : problem(401, 'token-expired'),
    )
    expect((await http.request('/api/x')).body).toBe('yes')
    expect(sent).toHaveLength(2)
  })

  test('a second 401 is the end', async () => {
    const { http, sent } = setUp(() => problem(401, 'token-revoked'))
    await expect(http.request('/api/x')).rejects.toMatchObject({ code: 'unauthorized', serverCode: 'token-revoked' })
    expect(sent).toHaveLength(2)
  })

  test.each([
    [400, 'api-refused'],
    [403, 'api-refused'],
    [422, 'api-refused'],
    [429, 'api-unavailable'],
    [500, 'api-unavailable'],
    [503, 'api-unavailable'],
  ])('%d is %s, with the code and the detail of the API', async (status, code) => {
    const { http } = setUp(() => problem(status, 'some-code'))
    await expect(http.request('/api/x')).rejects.toMatchObject({
      code,
      httpStatus: status,
      serverCode: 'some-code',
      message: `${status}: because some-code`,
      retryAfterMs: 0,
    })
  })

  test.each([
    ['7', 7_000],
    ['Sat, 21 Nov 2026 00:00:09 GMT', 9_000],
    ['Fri, 20 Nov 2026 00:00:00 GMT', 0],
    ['999999', 300_000],
    ['soon', 0],
  ])('Retry-After "%s" is %d ms', async (header, retryAfterMs) => {
    const { http } = setUp(() => problem(503, 'overloaded', { 'retry-after': header }))
    await expect(http.request('/api/x')).rejects.toMatchObject({ retryAfterMs })
  })

  test('an error page of a proxy is still an error with a status', async () => {
    const { http } = setUp(() => new Response('<html>Bad gateway</html>', { status: 502 }))
    await expect(http.request('/api/x')).rejects.toMatchObject({
      code: 'api-unavailable',
      httpStatus: 502,
      serverCode: null,
    })
  })

  test('a page of some other server is a bad answer', async () => {
    const { http } = setUp(() => new Response('<html>Welcome</html>'))
    await expect(http.request('/api/x')).rejects.toMatchObject({ code: 'bad-answer' })
  })

  test('a network that fails says so', async () => {
    const { http } = setUp(() => Promise.reject(new TypeError('fetch failed')))
    await expect(http.request('/api/x')).rejects.toMatchObject({ code: 'network-failed', message: 'fetch failed' })
  })

  test.each(['headers', 'body'])(
    'an answer whose %s take longer than 10 s is given up, and the request aborted',
    async (part) => {
      const silence = new Promise<never>(() => {})
      const stalled = { status: 200, headers: new Headers(), text: () => silence } as unknown as Response
      const { http, sent, clock } = setUp(() => (part === 'headers' ? silence : stalled))
      const refused = expect(http.request('/api/x')).rejects.toMatchObject({ code: 'timed-out' })
      await clock.advance(9_999)
      expect(sent[0]!.init.signal!.aborted).toBe(false)
      await clock.advance(1)
      await refused
      expect(sent[0]!.init.signal!.aborted).toBe(true)
      expect(clock.pending).toBe(0)
    },
  )

  test('is stopped by its signal, also before it was sent', async () => {
    const { http, sent, clock } = setUp(() => new Promise<never>(() => {}))
    const abort = new AbortController()
    const refused = expect(http.request('/api/x', { signal: abort.signal })).rejects.toMatchObject({ code: 'stopped' })
    await settlePromises()
    abort.abort()
    await refused
    expect(sent[0]!.init.signal!.aborted).toBe(true)
    await expect(http.request('/api/x', { signal: abort.signal })).rejects.toMatchObject({ code: 'stopped' })
    expect(sent).toHaveLength(1)
    expect(clock.pending).toBe(0)
  })
})
