import { describe, expect, test } from 'vitest'
import { eventAt } from '../test/events.ts'
import { LoyaltyClientError } from './errors.ts'
import type { Http, HttpAnswer, HttpRequest } from './http.ts'
import { createPageReader } from './pages.ts'

/** An API that gives these answers, one after the other. */
function setUp(...answers: (Partial<HttpAnswer> | Error)[]) {
  const asked: { path: string; request: HttpRequest }[] = []
  const http: Http = {
    async request(path, request = {}) {
      const answer = answers[asked.push({ path, request }) - 1]!
      if (answer instanceof Error) throw answer
      return { status: 200, etag: null, body: null, ...answer }
    },
  }
  return { asked, read: createPageReader(http), signal: new AbortController().signal }
}

const page = (cursor: string, events: unknown[] = []) => ({ events, cursor, head: cursor, reset: false })
const at = (seq: number) => ({ epoch: 1, seq })

describe('pages of the stream', () => {
  test('asks for what comes after a position, as much as one page may hold', async () => {
    const { asked, read, signal } = setUp({ body: page('1:8', [eventAt(1, 8)]) })
    expect(await read(at(7), signal)).toEqual({ events: [eventAt(1, 8)], cursor: at(8), head: at(8), reset: false })
    const url = new URL(asked[0]!.path, 'https://api.test')
    expect(url.pathname).toBe('/api/events')
    expect(Object.fromEntries(url.searchParams)).toEqual({ limit: '500', after: '1:7' })
    expect(asked[0]!.request.signal).toBe(signal)
  })

  test('without a position, asks where the stream stands', async () => {
    const { asked, read, signal } = setUp({ body: page('1:7') })
    expect(await read(null, signal)).toMatchObject({ cursor: at(7) })
    expect(asked[0]!.path).toBe('/api/events?limit=500')
  })

  test('says what it has seen only to a question that it has asked before', async () => {
    const quiet = { body: page('1:7'), etag: '"a"' }
    const { asked, read, signal } = setUp(quiet, { status: 304 }, { body: page('1:6') }, quiet, { status: 304 })
    await read(at(7), signal)
    expect(await read(at(7), signal)).toBe('unchanged')
    await read(at(6), signal)
    await read(at(7), signal)
    await read(at(7), signal)
    expect(asked.map(({ request }) => request.headers!['if-none-match'])).toEqual([
      undefined,
      '"a"',
      undefined,
      undefined,
      '"a"',
    ])
  })

  test.each([
    ['a page with events', { body: page('1:8', [eventAt(1, 8)]), etag: '"a"' }],
    ['a reset', { body: { ...page('1:8'), reset: true }, etag: '"a"' }],
  ])('%s is not what an unchanged stream looks like', async (_, answer) => {
    const { asked, read, signal } = setUp(answer, answer)
    await read(at(7), signal)
    await read(at(7), signal)
    expect(asked[1]!.request.headers).toEqual({})
  })

  test.each([[null], [{}], [{ ...page('1:8'), cursor: 'x' }], [page('1:8', [{ seq: 8 }])]])(
    '%j is a bad answer',
    async (body) => {
      const { read, signal } = setUp({ body })
      await expect(read(at(7), signal)).rejects.toMatchObject({ code: 'bad-answer' })
    },
  )

  test('a role that may not read the stream is unauthorized; other refusals stay what they are', async () => {
    const refusal = (httpStatus: number) =>
      new LoyaltyClientError('api-refused', 'no', { httpStatus, serverCode: 'role-not-allowed' })
    const { read, signal } = setUp(refusal(403), refusal(400))
    await expect(read(at(7), signal)).rejects.toMatchObject({ code: 'unauthorized', serverCode: 'role-not-allowed' })
    await expect(read(at(7), signal)).rejects.toMatchObject({ code: 'api-refused' })
  })
})
