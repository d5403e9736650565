import { createConnection } from '../src/connection.ts'
import type { LoyaltyClientError } from '../src/errors.ts'
import { createTokens, type GetToken } from '../src/tokens.ts'
import { createHandSockets } from './hand-socket.ts'
import { createVirtualClock, settlePromises } from './virtual-clock.ts'

/** A connection to sockets that the test serves; jitter is the top of its range. */
export async function setUpConnection({ getToken, open = true }: { getToken?: GetToken; open?: boolean } = {}) {
  const clock = createVirtualClock()
  const sockets = createHandSockets()
  const told: string[] = []
  const failures: LoyaltyClientError[] = []
  let issued = 0
  let cursor: string | null = '1:7'
  const connection = createConnection({
    createSocket: sockets.createSocket,
    url: 'https://live.test',
    transports: ['websocket'],
    tokens: createTokens(getToken ?? (() => Promise.resolve(`t${++issued}`)), clock),
    clock,
    random: () => 0.999_999,
    backoff: { baseMs: 1_000, capMs: 8_000 },
    cursor: () => cursor,
    onMessage: (message) => void told.push(message.kind),
    onLost: (why) => void told.push(`lost: ${why.serverCode ?? why.code}`),
    onRefused: (why) => void told.push(`refused: ${why.serverCode ?? why.code}`),
    report: (error) => void failures.push(error),
  })
  if (open) connection.open()
  await settlePromises()
  return {
    clock,
    connection,
    told,
    failures,
    sockets: sockets.all,
    /** Tokens that the application was asked for. */
    issued: () => issued,
    last: () => sockets.all.at(-1)!,
    moveTo(position: string | null) {
      cursor = position
    },
  }
}
