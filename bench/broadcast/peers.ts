import { createHmac } from 'node:crypto'
import { httpRequest } from '../driver/http-connection.ts'
import type { RawWebSocket } from '../driver/websocket.ts'
import { eventText } from './event.ts'

export const peerNames = ['ours', 'socketio', 'ws', 'floor'] as const

/** Who is measured: our realtime server, bare Socket.IO, a bare `ws` hub, a hub in C that does the least possible. */
export type PeerName = (typeof peerNames)[number]

/** How a driver talks to a server. */
export type Peer = {
  /** Where a socket of a room connects. */
  readonly path: (room: number) => string
  /** Reacts to what the server says; true when the socket has just become a member of its room. */
  readonly greet: (socket: RawWebSocket, room: number, bytes: Buffer, start: number, end: number) => boolean
  /** Whether the socket is a member as soon as it is open. */
  readonly memberAtOnce: boolean
  /** The request that publishes events to a room; a hub without a protocol of its own takes one at a time. */
  readonly publish: (room: number, seqs: readonly number[]) => string
}

export type PeerSecrets = {
  /** Tokens by number of the room, for our own server. */
  readonly tokens: readonly string[]
  /** Standard Webhooks secret, for our own server. */
  readonly broadcastSecret: string
}

export const roomName = (room: number): string => `bench-${room}`

const json = { 'content-type': 'application/json' }

export function peerOf(name: PeerName, { tokens, broadcastSecret }: PeerSecrets): Peer {
  switch (name) {
    case 'ours': {
      const key = Buffer.from(broadcastSecret.replace(/^whsec_/, ''), 'base64')
      return {
        ...socketIo((room) => ({ token: tokens[room] }), '42["ready"'),
        publish: (room, seqs) => {
          const texts = eventTexts(room, seqs)
          const body = texts.length === 1 ? texts[0]! : `[${texts.join(',')}]`
          return httpRequest('POST', '/broadcast', { ...json, ...signature(key, body) }, body)
        },
      }
    }
    case 'socketio':
      return {
        ...socketIo((room) => ({ room: roomName(room) }), '40{'),
        publish: (room, seqs) => {
          const data = eventTexts(room, seqs).join(',')
          const body = `{"room":"${roomName(room)}","event":"loyalty_updated","data":[${data}]}`
          return httpRequest('POST', '/publish', json, body)
        },
      }
    case 'ws':
    case 'floor':
      return {
        path: (room) => `/rooms/${roomName(room)}`,
        memberAtOnce: true,
        greet: () => false,
        publish: (room, seqs) => httpRequest('POST', `/rooms/${roomName(room)}`, json, eventTexts(room, seqs).join('')),
      }
  }
}

const eventTexts = (room: number, seqs: readonly number[]) => seqs.map((seq) => eventText(roomName(room), seq))

const OPEN = '0'.charCodeAt(0)
const PING = '2'.charCodeAt(0)

/** Socket.IO 5 over Engine.IO 4, websocket only: "0{…}" opens, "40" asks to connect, "2" asks whether we live. */
function socketIo(auth: (room: number) => object, member: string): Omit<Peer, 'publish'> {
  return {
    path: () => '/socket.io/?EIO=4&transport=websocket',
    memberAtOnce: false,
    greet(socket, room, bytes, start, end) {
      if (bytes[start] === PING && end - start === 1) socket.send('3')
      else if (bytes[start] === OPEN) socket.send(`40${JSON.stringify(auth(room))}`)
      else if (end - start < 300) {
        const text = bytes.toString('latin1', start, end)
        if (text.startsWith('44')) throw new Error(`the server refused a socket: ${text}`)
        return text.startsWith(member)
      }
      return false
    },
  }
}

let messages = 0

/** Standard Webhooks 1.0, by hand: the driver signs thousands a second. */
function signature(key: Buffer, body: string): Record<string, string> {
  const id = `msg_${++messages}`
  const timestamp = Math.floor(Date.now() / 1000)
  const mac = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')
  return { 'webhook-id': id, 'webhook-timestamp': String(timestamp), 'webhook-signature': `v1,${mac}` }
}
