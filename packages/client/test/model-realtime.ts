import { formatCursor, parseCursor, type AnyEvent, type ConnectErrorCode, type Cursor } from '@loyalty-live/events'
import type { CreateSocket, SocketHandlers } from '../src/socket.ts'
import type { Fault } from './faults.ts'
import type { ModelStream } from './model-stream.ts'
import type { ModelTokens } from './model-tokens.ts'
import { chance, every, later, type World } from './weather.ts'

/** The realtime server: a memory of the last events, sockets that are replayed to, beats, tokens that expire. */
export type ModelRealtime = {
  readonly createSocket: CreateSocket
  readonly sockets: number
  /** Last moment, by the wall clock, at which a socket brought the client a message. */
  readonly lastWordMs: number
  /** The last head that the present socket has told the client of. */
  readonly lastHeadTold: Cursor | null
  /** Where the stream stood when the present socket told the client to catch up by itself; null when it did not. */
  readonly owed: Cursor | null
  hear(event: AnyEvent): void
  cut(): void
  freeze(): void
  restart(): void
}

const MEMORY_EVENTS = 20
const BEAT_MS = 5_000
const ANNOUNCE_MS = 7_000
const TOKEN_WARNING_MS = 10_000
const TOKEN_GRACE_MS = 3_000

type Wire = {
  readonly handlers: SocketHandlers
  token: string
  open: boolean
  joined: boolean
  /** Half-open: nothing gets through any more, and nobody knows. */
  frozen: boolean
  warned: boolean
}

export function createModelRealtime(world: World, stream: ModelStream, tokens: ModelTokens): ModelRealtime {
  const { clock, weather, random, faults } = world
  let memory: { head: Cursor | null; events: AnyEvent[] } = { head: stream.head, events: [] }
  let wires: Wire[] = []
  let lastWordMs = clock.now()
  let lastHeadTold: Cursor | null = null
  let owed: Cursor | null = null

  every(world, BEAT_MS, () => {
    for (const wire of wires) if (wire.joined) tell(wire, 'head', { head: memory.head && formatCursor(memory.head) })
    for (const wire of wires) if (wire.joined) watchToken(wire)
  })
  // The API tells where the stream stands; what was missed will not come any more.
  every(world, ANNOUNCE_MS, () => {
    const { head } = stream
    if (memory.head?.epoch !== head.epoch || memory.head.seq < head.seq) memory = { head, events: [] }
  })

  const createSocket: CreateSocket = ({ auth }, handlers) => {
    const wire: Wire = { handlers, token: auth.token, open: true, joined: false, frozen: false, warned: false }
    wires.push(wire)
    later(world, () => admit(wire, auth.cursor ? parseCursor(auth.cursor) : null))
    return {
      refreshToken: (token) =>
        new Promise((resolve) => {
          later(world, () => {
            if (wire.frozen || !wire.open) return
            const refused = tokens.isRefused(token)
            if (!refused) Object.assign(wire, { token, warned: false })
            const answer = refused
              ? { ok: false, code: 'token-expired', detail: 'no' }
              : { ok: true, expiresAt: isoNow() }
            later(world, () => resolve(answer))
          })
        }),
      close: () => forget(wire),
    }
  }

  function admit(wire: Wire, cursor: Cursor | null): void {
    if (weather.realtime === 'unreachable') return end(wire, 'realtime unreachable')
    if (weather.realtime === 'draining') return refuse(wire, 'draining', true)
    if (tokens.isRefused(wire.token)) return refuse(wire, 'token-expired', false)
    const { head, events } = memory
    const missed = events.filter(({ seq }) => seq > (cursor?.seq ?? Infinity))
    const same = cursor !== null && cursor.epoch === head?.epoch && cursor.seq <= head.seq
    const recovered = same && missed.length === head.seq - cursor.seq
    const startsHere = cursor === null && head !== null
    tell(wire, 'ready', {
      head: head && formatCursor(head),
      recovered,
      expiresAt: isoNow(),
      owed: !recovered && !startsHere,
    })
    if (recovered) for (const event of missed) tell(wire, event.type, event)
    wire.joined = true
  }

  function tell(wire: Wire, name: string, payload: object): void {
    const first = name === 'ready'
    if (!first && chance(world, weather.lost)) return faults.note('message lost')
    const deliver = () => {
      if (!wire.open || wire.frozen) return
      note(first, payload)
      wire.handlers.message(name, payload)
    }
    // One latency for all keeps their order; only what is overtaken takes longer.
    const isOvertaken = !first && chance(world, weather.overtaken)
    if (isOvertaken) faults.note('message overtaken')
    clock.after(weather.latencyMs + (isOvertaken ? 500 * random() : 0), deliver)
    if (first || !chance(world, weather.repeated)) return
    faults.note('message repeated')
    clock.after(weather.latencyMs + 500 * random(), deliver)
  }

  function note(first: boolean, payload: { head?: string | null; owed?: boolean }): void {
    lastWordMs = clock.now()
    if (first) {
      lastHeadTold = null
      owed = payload.owed ? stream.head : null
    }
    if (payload.head) lastHeadTold = parseCursor(payload.head)
  }

  function watchToken(wire: Wire): void {
    const leftMs = tokens.leftMs(wire.token)
    if (leftMs > TOKEN_WARNING_MS) return
    if (!wire.warned) tell(wire, 'token_expiring', { expiresAt: isoNow() })
    wire.warned = true
    if (leftMs > -TOKEN_GRACE_MS) return
    tell(wire, 'closing', { code: 'token-expired' })
    clock.after(weather.latencyMs + 1, () => end(wire, 'token refused'))
  }

  function end(wire: Wire, fault: Fault): void {
    if (!wire.open || wire.frozen) return
    faults.note(fault)
    forget(wire)
    wire.handlers.ended({ kind: 'lost', detail: 'transport close' })
  }

  function refuse(wire: Wire, code: ConnectErrorCode, retry: boolean): void {
    if (!wire.open) return
    faults.note(retry ? 'socket refused while draining' : 'token refused')
    forget(wire)
    wire.handlers.ended({ kind: 'refused', error: { code, detail: 'no', retry } })
  }

  function forget(wire: Wire): void {
    wire.open = false
    wires = wires.filter((other) => other !== wire)
  }

  function isoNow(): string {
    return new Date(clock.now()).toISOString()
  }

  return {
    createSocket,
    get sockets() {
      return wires.length
    },
    get lastWordMs() {
      return lastWordMs
    },
    get lastHeadTold() {
      return lastHeadTold
    },
    get owed() {
      return owed
    },
    hear(event) {
      const follows = memory.head?.epoch === event.epoch && event.seq === memory.head.seq + 1
      memory = {
        head: { epoch: event.epoch, seq: event.seq },
        events: [...(follows ? memory.events : []), event].slice(-MEMORY_EVENTS),
      }
      for (const wire of wires) if (wire.joined) tell(wire, event.type, event)
    },
    cut() {
      for (const wire of wires) end(wire, 'socket cut')
    },
    freeze() {
      for (const wire of wires) {
        wire.frozen = true
        faults.note('socket half-open')
      }
    },
    restart() {
      memory = { head: null, events: [] }
      for (const wire of wires) end(wire, 'realtime restarted')
    },
  }
}
