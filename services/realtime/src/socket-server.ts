import type { Server as HttpServer } from 'node:http'
import { Server } from 'socket.io'
import { createAdmission, type AdmissionDeps } from './admission.ts'
import type { Config } from './config.ts'
import { createConnector, type ConnectDeps } from './connect.ts'
import { createListener, guardAgainstFlood, type InboundDeps } from './inbound.ts'
import type { Connection, RealtimeServer } from './member.ts'

export type SocketServerDeps = Omit<AdmissionDeps & ConnectDeps & InboundDeps, 'listen'> & {
  readonly config: Pick<Config, 'sockets' | 'corsOrigins'>
  readonly monotonicMs: () => number
}

/** Connections that have not shown a token yet; each has `CONNECT_TIMEOUT_MS` for it. */
const UNADMITTED_MAX = 1000
const CONNECT_TIMEOUT_MS = 10_000

/** Clients send a token of at most 8 KiB and nothing larger. */
const INBOUND_BYTES_MAX = 16_384

/** Puts Socket.IO on an HTTP server, at /socket.io, with the admission, connection and listening of this service. */
export function createSocketServer(server: HttpServer, deps: SocketServerDeps): RealtimeServer {
  const { config, metrics, monotonicMs } = deps
  const connectionsMax = config.sockets.max + UNADMITTED_MAX
  const io: RealtimeServer = new Server(server, {
    transports: ['polling', 'websocket'],
    serveClient: false,
    perMessageDeflate: false,
    httpCompression: false,
    maxHttpBufferSize: INBOUND_BYTES_MAX,
    connectTimeout: CONNECT_TIMEOUT_MS,
    pingInterval: 15_000,
    pingTimeout: 10_000,
    // Any origin may try: what counts is the token in the handshake, and no cookie is looked at.
    cors: { origin: config.corsOrigins },
    allowRequest: (_request, decide) => decide(null, io.engine.clientsCount < connectionsMax),
  })
  io.engine.on('connection', (connection: Connection) => guardAgainstFlood(connection, metrics, monotonicMs))
  io.use(createAdmission(deps))
  io.on('connection', createConnector({ ...deps, listen: createListener(deps) }))
  return io
}
