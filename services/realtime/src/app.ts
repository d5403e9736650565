import { randomBytes, randomUUID } from 'node:crypto'
import { createServer, type Server as HttpServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { JWTVerifyGetKey } from 'jose'
import type { Logger } from 'pino'
import { createLocalBus } from './bus.ts'
import type { Clock } from './clock.ts'
import { createCloser } from './closing.ts'
import type { Config } from './config.ts'
import { drainSockets } from './drain.ts'
import { createFanout } from './fanout.ts'
import { messageFrame } from './frame.ts'
import { startHeadBeat } from './head-beat.ts'
import { createServerEnd } from './http/close-server.ts'
import { createOpsRoutes } from './http/ops.ts'
import { createPublishHandlers } from './http/publish.ts'
import { createRouter } from './http/router.ts'
import { createLifetimes } from './lifetime.ts'
import type { Member } from './member.ts'
import { observeSources, type Metrics } from './metrics.ts'
import { createDeliver, createEmitter } from './node.ts'
import { startProbe, type Probe, type ProbeState } from './probe.ts'
import { createRevocations } from './revocations.ts'
import { createRooms } from './rooms.ts'
import { createSeats } from './seats.ts'
import { createSocketServer } from './socket-server.ts'
import { createStreams } from './streams.ts'
import { createTokenVerifier } from './token.ts'

export type RealtimeDeps = {
  readonly config: Config
  readonly log: Logger
  readonly metrics: Metrics
  /** Finds the key that a token names. */
  readonly keys: JWTVerifyGetKey
  readonly clock: Clock
}

export type Realtime = {
  readonly server: HttpServer
  /** Binds, and starts to beat and to probe. Resolves to where it listens. */
  readonly listen: () => Promise<{ host: string; port: number; url: string }>
  /** Resolves when the first probe has come back, that is, when /readyz says so. */
  readonly ready: () => Promise<void>
  /**
   * Not ready, refuses new sockets, closes the others over the drain window, then the server. Resolves within 2 s of
   * the window's end, at once when there are no sockets. Again: the same promise.
   */
  readonly close: () => Promise<void>
}

/** How often holds, slow sockets and token lifetimes are looked at. */
const TICK_MS = 50

/** What a tenant may have waiting behind a hole, and all of them together. */
const HELD = { heldEventsMax: 1000, heldBytesMax: 1_048_576, heldTotalBytesMax: 67_108_864 }
const TENANTS_MAX = 100_000

/** Connections end by themselves in this time once they were closed; then they are cut. */
const CLOSE_MS = 1000

/** Builds the server. It listens when told to, and touches nothing outside its arguments. */
export function buildRealtime({ config, log, metrics, keys, clock }: RealtimeDeps): Realtime {
  const { wallMs, monotonicMs } = clock
  const instance = randomUUID()
  const probeSecret = randomBytes(32).toString('base64url')
  let draining = false
  let probe: Probe | null = null
  let url = `http://${config.host}:${config.port}`
  const stops: (() => void)[] = []
  let closed: Promise<void> | null = null

  const rooms = createRooms()
  const fanout = createFanout(config.sockets.bytesMax, metrics, monotonicMs)
  const close = createCloser(fanout, metrics)
  const revocations = createRevocations(wallMs)
  const streams = createStreams(
    {
      history: config.history,
      order: { holdMs: config.holdMs, ...HELD },
      heldTotalBytesMax: HELD.heldTotalBytesMax,
      tenantsMax: TENANTS_MAX,
    },
    monotonicMs,
    createEmitter({ rooms, fanout, metrics, log }, wallMs),
  )
  const lifetimes = createLifetimes<Member>(
    {
      ...config.token,
      onWarning: (member, expiresAtMs) => {
        const expiresAt = new Date(expiresAtMs).toISOString()
        fanout.send(member, [messageFrame('token_expiring', { expiresAt })])
      },
      onExpired: (member) => close(member, 'token-expired'),
    },
    wallMs,
  )
  const bus = createLocalBus(createDeliver({ streams, rooms, fanout, revocations, close, metrics, log }))
  const publish = createPublishHandlers({
    keys: config.broadcastKeys,
    extraTypes: config.extraTypes,
    bus,
    instance,
    metrics,
    log,
    wallMs,
  })
  const server = createServer(
    {
      // Short, and looked at often: a client that trickles its request in holds a connection for seconds, not minutes.
      headersTimeout: 5000,
      requestTimeout: 10_000,
      connectionsCheckingInterval: 1000,
      // Longer than any sender's own: it is the sender that closes, so no request meets a closing connection.
      keepAliveTimeout: 75_000,
    },
    createRouter(
      {
        '/broadcast': { POST: publish.broadcast },
        '/control': { POST: publish.control },
        ...createOpsRoutes({ readProbe, metrics, url: () => url }),
      },
      log,
    ),
  )
  const endServer = createServerEnd(server, CLOSE_MS)
  const io = createSocketServer(server, {
    config,
    verifyToken: createTokenVerifier(keys, config.auth, wallMs),
    seats: createSeats(config.sockets),
    isDraining: () => draining,
    probeSecret,
    rooms,
    streams,
    fanout,
    lifetimes,
    revocations,
    close,
    metrics,
    log,
    monotonicMs,
  })
  observeSources(metrics, {
    rooms: rooms.all,
    streams: streams.totals,
    slowSockets: fanout.slowSockets,
    ready: () => readProbe().state === 'ready',
  })

  return { server, listen, ready, close: () => (closed ??= shutDown()) }

  async function listen() {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(config.port, config.host, () => {
        server.off('error', reject)
        resolve()
      })
    })
    const { address, port } = server.address() as AddressInfo
    url = urlOf(address, port)
    const timer = setInterval(() => {
      streams.tick()
      fanout.tick()
      lifetimes.tick()
    }, TICK_MS)
    stops.push(() => clearInterval(timer))
    stops.push(startHeadBeat(config.headBeatMs, { rooms, fanout, headOf: streams.head }))
    probe = startProbe(url, probeSecret, (nonce) => bus.publish({ kind: 'probe', nonce }), monotonicMs)
    log.info({ url, instance }, 'listening')
    return { host: address, port, url }
  }

  async function ready(): Promise<void> {
    await probe?.firstSuccess
  }

  function readProbe(): ProbeState {
    if (draining) return { state: 'stopped', reason: 'the server is going away' }
    return probe?.read() ?? { state: 'starting', reason: 'the server does not listen yet' }
  }

  async function shutDown(): Promise<void> {
    draining = true
    probe?.stop()
    log.info({ sockets: [...rooms.members()].length, drainMs: config.drainMs }, 'draining')
    await drainSockets(rooms, close, config.drainMs, monotonicMs)
    for (const stop of stops) stop()
    io.engine.close()
    await endServer()
    log.info('closed')
  }
}

/** Where this machine reaches an address that it is bound to. */
function urlOf(address: string, port: number): string {
  const host = address === '0.0.0.0' ? '127.0.0.1' : address === '::' ? '::1' : address
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`
}
