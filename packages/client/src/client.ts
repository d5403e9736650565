import { formatCursor } from '@loyalty-live/events/plain'
import { createConnection, type ConnectionMessage } from './connection.ts'
import { createCustomerStream } from './customer-stream.ts'
import { createDelivery, type Stats } from './delivery.ts'
import { asClientError, LoyaltyClientError } from './errors.ts'
import { diagnose, type ChannelReport } from './diagnose.ts'
import { createHandlers, type ClientEvents } from './handlers.ts'
import { createHttp, type Http } from './http.ts'
import { readCursor, readOptions, type LoyaltyClientOptions, type Settings } from './options.ts'
import { createPageReader } from './pages.ts'
import { watchPage } from './page-life.ts'
import { createPoller } from './poller.ts'
import { createStatusKeeper, type Status } from './status.ts'
import type { Stream, StreamStep } from './stream.ts'
import { createTenantStream } from './tenant-stream.ts'
import { withLimit } from './time-limit.ts'
import { createTokens } from './tokens.ts'

export type LoyaltyClient = {
  readonly status: Status
  /** The last event that handlers were given, `epoch:seq`; null while there is no position yet. */
  readonly cursor: string | null
  readonly stats: Readonly<Stats>
  /**
   * Adds a handler; the answer takes it away. Events come once each, in stream order, whatever path they came by. A handler
   * that throws, or whose promise rejects, is reported and stops nobody else; nobody waits for the promise.
   */
  on<K extends keyof ClientEvents>(name: K, handler: (value: ClientEvents[K]) => unknown): () => void
  /** Connects, and keeps connected. Also after `stop`, or when unauthorized: then with a `first` token again. */
  start(): void
  /** Ends socket, polls and timers; resolves when nothing runs any more. The position is kept for another start. */
  stop(): Promise<void>
  /**
   * Asks the API now, for a Refresh button. Resolves when it has confirmed that nothing is missing, and handlers have what
   * was; rejects with the LoyaltyClientError that says why not.
   */
  catchUp(): Promise<void>
  /**
   * Goes on from a snapshot: the next event that handlers get is the one after `cursor`, be that position before or after
   * the current one. Throws a TypeError when it is not a cursor. Of no effect for a customer.
   */
  resumeFrom(cursor: string): void
  /**
   * Tries every channel end to end, for people who look for a fault: token, REST, catch-up, socket, room, broadcast, poll.
   * Never rejects; ends within 30 s.
   */
  diagnose(): Promise<readonly ChannelReport[]>
}

/** How long a start waits for its socket before it polls. */
const FIRST_POLL_MS = 2_000
const SNAPSHOTS_LIMIT_MS = 30_000

/**
 * A client of one tenant's stream, or of one customer's events. Does nothing until `start`.
 *
 * Socket, replay and REST feed one sequencer; the socket is believed to be alive only while it speaks. Throws a TypeError
 * when an option is not usable.
 */
export function createLoyaltyClient(options: LoyaltyClientOptions): LoyaltyClient {
  const settings = readOptions(options)
  const { clock, random } = settings
  const tokens = createTokens(settings.getToken, clock)
  const handlers = createHandlers(report)
  const stats: Stats = {
    received: 0,
    delivered: 0,
    duplicates: 0,
    gaps: 0,
    resets: 0,
    catchUps: 0,
    reconnects: 0,
    unknownTypes: 0,
    sockets: null,
  }
  const http = createHttp({ apiUrl: settings.apiUrl, fetch: settings.fetch, tokens, clock })
  const stream = createStream(settings, http)
  const delivery = createDelivery(stream, handlers, stats, report)
  const status = createStatusKeeper(clock, (changed) => handlers.emit('status', changed))
  let running = false
  /** Ends the watch over the page; set while running. */
  let unwatch: (() => void) | null = null

  const poller = createPoller({
    clock,
    random,
    intervalMs: settings.pollIntervalMs,
    catchUp(signal) {
      stats.catchUps += 1
      return stream.catchUp(signal, apply)
    },
    onAnswered() {
      status.input('rest-answered')
      if (!poller.pending) status.confirm()
      settle()
    },
    onFailed(error) {
      if (error.code === 'unauthorized') return refuse(error)
      status.input('rest-failed', error)
      report(error)
    },
  })

  const connection = createConnection({
    createSocket: settings.createSocket,
    url: settings.realtimeUrl,
    transports: settings.transports,
    tokens,
    clock,
    random,
    backoff: settings.reconnect,
    cursor: () => stream.cursor && formatCursor(stream.cursor),
    onMessage: receive,
    onLost(why) {
      const { state } = status.current
      stats.sockets = null
      status.input('socket-lost', why)
      poller.repeat(1)
      // Polls at once when nobody knows how things stand; later failures to connect leave it to the interval.
      if (state === 'live' || (state === 'connecting' && !poller.pending)) poller.need('urgent')
      report(why)
    },
    onRefused: refuse,
    report,
  })

  function receive(message: ConnectionMessage): void {
    const step = stream.take(message)
    if (message.kind === 'ready') status.input('socket-joined')
    if (message.kind === 'head') stats.sockets = message.sockets
    if (step.need === 'catch-up') {
      if (message.kind !== 'ready' && !poller.pending) stats.gaps += 1
      status.input('fell-behind')
      // A socket that was let in says that the network is back; connections are paced by their own back-off.
      poller.need(message.kind === 'ready' ? 'urgent' : 'paced')
    }
    apply(step)
    settle()
  }

  /** Takes in what a message or an answer brought. */
  function apply(step: StreamStep): void {
    stats.received += step.received
    stats.duplicates += step.duplicates
    if (step.confirmed && !poller.pending) status.confirm()
    delivery.push(step)
  }

  /** Live as soon as nothing is missing and no catch-up is owed. Only a joined socket makes it so: see machine.ts. */
  function settle(): void {
    // An answer that was on its way while the machine slept arrives before the timer that notices the sleep.
    connection.checkSilence()
    if (!running || poller.pending || !stream.caughtUp) return
    status.input('caught-up')
    if (status.current.state === 'live') poller.repeat(stream.liveIntervals)
  }

  async function catchUp(): Promise<void> {
    if (!running) throw new LoyaltyClientError('stopped', 'the client is not running: start it first')
    await poller.now()
  }

  function refuse(why: LoyaltyClientError): void {
    void halt()
    status.input('token-refused', why)
    report(why)
  }

  function connect(): void {
    poller.repeat(1, Math.min(FIRST_POLL_MS, settings.pollIntervalMs))
    connection.open()
  }

  /** Nothing gets through to a page that is put away; another tab may lead. */
  function putAway(): void {
    connection.close()
    poller.repeat(0)
    status.input('socket-lost', new LoyaltyClientError('socket-closed', 'the page was put away'))
  }

  function halt(): Promise<void> {
    running = false
    unwatch?.()
    connection.close()
    const ended = poller.stop()
    delivery.restart(delivery.delivered)
    stream.rewind(delivery.delivered)
    return ended
  }

  /** Told in a turn of its own: what finds a failure is often in the middle of something, be it the rendering of a page. */
  function report(error: LoyaltyClientError): void {
    queueMicrotask(() => {
      try {
        settings.onError(error)
      } catch {
        // The one who is told of failures has failed: there is nobody left to tell, and the stream must go on.
      }
    })
  }

  return {
    on: handlers.on,
    get status() {
      // A screen may ask before the timer that notices the silence has run, right after the machine woke up.
      connection.checkSilence()
      return status.current
    },
    get cursor() {
      return delivery.delivered && formatCursor(delivery.delivered)
    },
    get stats() {
      return { ...stats, reconnects: Math.max(0, connection.attempts - 1) }
    },
    start() {
      if (running) return
      running = true
      tokens.forget()
      status.input('started')
      unwatch = watchPage(putAway, connect)
      connect()
    },
    async stop() {
      status.input('stopped')
      await halt()
    },
    catchUp,
    resumeFrom(text) {
      const cursor = readCursor('cursor', text)
      const step = stream.resumeFrom(cursor)
      delivery.restart(stream.cursor && cursor)
      if (running && step.need === 'catch-up') {
        status.input('fell-behind')
        poller.need()
      }
      apply(step)
      settle()
    },
    diagnose: () =>
      diagnose({
        clock,
        tokens,
        readPage: settings.takeSnapshots === null ? createPageReader(http) : null,
        createSocket: settings.createOwnSocket,
        url: settings.realtimeUrl,
        transports: settings.transports,
        cursor: () => delivery.delivered && formatCursor(delivery.delivered),
        poll: catchUp,
      }),
  }
}

function createStream({ clock, cursor, takeSnapshots }: Settings, http: Http): Stream {
  if (takeSnapshots === null) return createTenantStream(createPageReader(http), cursor)
  return createCustomerStream(async () => {
    try {
      await withLimit({ clock, limitMs: SNAPSHOTS_LIMIT_MS, what: 'takeSnapshots' }, takeSnapshots)
    } catch (thrown) {
      throw asClientError(thrown, 'snapshots-failed')
    }
  })
}
