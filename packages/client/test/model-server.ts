import { parseCursor, type Cursor } from '@loyalty-live/events'
import type { Fetch } from '../src/http.ts'
import type { GetToken } from '../src/tokens.ts'
import { eventAt } from './events.ts'
import { createFaultBook, type FaultBook } from './faults.ts'
import { createModelRealtime, type ModelRealtime } from './model-realtime.ts'
import { createModelStream, type Compose, type ModelStream } from './model-stream.ts'
import { createModelTokens, type ModelTokens } from './model-tokens.ts'
import type { VirtualClock } from './virtual-clock.ts'
import { CALM, chance, later, type Weather } from './weather.ts'

/**
 * The API and the realtime server as a client sees them through the wire. It speaks the contract of packages/events and
 * knows nothing of the client's code.
 */
export type ModelServer = {
  readonly fetch: Fetch
  readonly getToken: GetToken
  readonly createSocket: ModelRealtime['createSocket']
  readonly weather: Weather
  readonly head: Cursor
  /** Paths that were asked for. */
  readonly requests: readonly string[]
  readonly stream: ModelStream
  readonly realtime: ModelRealtime
  readonly tokens: ModelTokens
  readonly faults: FaultBook
  commit(count: number): void
  /** Any other route of the API: what `take` finds when the question has arrived there. */
  read<T>(take: () => T): Promise<T>
}

/**
 * @param compose what is committed; a `loyalty_updated` that is always the same, unless a test needs more
 * @param faults where what goes wrong is counted
 */
export function createModelServer(
  clock: VirtualClock,
  random: () => number,
  compose: Compose = (epoch, seq) => eventAt(epoch, seq),
  faults: FaultBook = createFaultBook(),
): ModelServer {
  const weather = { ...CALM }
  const world = { clock, weather, random, faults }
  const stream = createModelStream(compose)
  const tokens = createModelTokens(world)
  const realtime = createModelRealtime(world, stream, tokens)
  const requests: string[] = []

  const fetch: Fetch = (input, init) => {
    const url = new URL(input as string)
    const headers = new Headers(init?.headers)
    requests.push(`${url.pathname}${url.search}`)
    return new Promise((resolve, reject) => {
      init?.signal?.addEventListener('abort', () => reject(new Error('aborted')))
      if (weather.api === 'silent') return faults.note('API silent')
      later(world, () => {
        if (weather.api === 'unreachable') {
          faults.note('API unreachable')
          return reject(new TypeError('fetch failed'))
        }
        const answer = answerTo(url, headers)
        later(world, () => resolve(answer))
      })
    })
  }

  function answerTo(url: URL, headers: Headers): Response {
    if (weather.api === 'overloaded') {
      faults.note('API overloaded')
      return problem(503, 'overloaded', { 'retry-after': '3' })
    }
    const token = headers.get('authorization')?.replace('Bearer ', '') ?? ''
    if (tokens.isRefused(token)) return problem(401, 'token-expired')
    const after = url.searchParams.get('after')
    const page = stream.pageAfter(after)
    if (page.reset) noteReset(after!)
    const etag = `"${after}-${page.head}"`
    if (headers.get('if-none-match') === etag) return new Response(null, { status: 304, headers: { etag } })
    return Response.json(page, { headers: { etag } })
  }

  function noteReset(after: string): void {
    const { epoch, seq } = parseCursor(after)!
    const isOld = epoch < stream.head.epoch
    if (isOld) faults.note('reset of a rewritten history')
    else if (seq <= stream.head.seq) faults.note('reset past retention')
  }

  return {
    fetch,
    getToken: tokens.getToken,
    createSocket: realtime.createSocket,
    weather,
    requests,
    stream,
    realtime,
    tokens,
    faults,
    get head() {
      return stream.head
    },
    commit(count) {
      for (let i = 0; i < count; i++) {
        const event = stream.append()
        if (chance(world, weather.unannounced)) faults.note('event unannounced')
        else realtime.hear(event)
      }
    },
    read: (take) =>
      new Promise((resolve, reject) => {
        later(world, () => {
          if (weather.api !== 'up') {
            faults.note(`API ${weather.api}`)
            return later(world, () => reject(new TypeError('fetch failed')))
          }
          const taken = take()
          later(world, () => resolve(taken))
        })
      }),
  }
}

function problem(status: number, code: string, headers: Record<string, string> = {}): Response {
  return Response.json({ type: `urn:loyalty-live:error:${code}`, status, code, detail: code }, { status, headers })
}
