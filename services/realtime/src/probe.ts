import { randomUUID } from 'node:crypto'
import { io } from 'socket.io-client'
import { messageFrame, type Frame } from './frame.ts'

/**
 * Whether an event that is published now would reach a socket: found out by doing it.
 *
 * | state    | means                                     | leaves when                                       |
 * |----------|-------------------------------------------|---------------------------------------------------|
 * | starting | no probe has come back yet                | one does: ready                                   |
 * | ready    | one came back less than `STALE_MS` ago    | none has for that long: failing; `stop`: stopped  |
 * | failing  | the last one is too long ago              | one comes back: ready                             |
 * | stopped  | the server is going away                  | never                                             |
 */
export type ProbeState =
  | { readonly state: 'starting' | 'failing' | 'stopped'; readonly reason: string }
  | { readonly state: 'ready'; readonly probeMs: number }

export type Probe = {
  readonly read: () => ProbeState
  /** Resolves when the first probe has come back. */
  readonly firstSuccess: Promise<void>
  readonly stop: () => void
}

const PROBE_EVERY_MS = 3000
const STALE_MS = 10_000
const EVENT = 'probe'

export function probeFrame(nonce: string): Frame {
  return messageFrame(EVENT, { nonce })
}

/**
 * Starts probing: a real client connects to this very server over the loop-back, and every few seconds a probe is
 * published like any event and has to arrive there.
 *
 * @param url where this server listens
 * @param secret what admission lets in as the probe
 * @param publish the publish path; must end in `probeFrame(nonce)` to the probe's room
 */
export function startProbe(
  url: string,
  secret: string,
  publish: (nonce: string) => Promise<unknown>,
  nowMs: () => number,
): Probe {
  const socket = io(url, {
    auth: { token: secret },
    transports: ['websocket'],
    forceNew: true,
    reconnectionDelay: 100,
    reconnectionDelayMax: 1000,
  })
  const firstSuccess = Promise.withResolvers<void>()
  let awaited: { readonly nonce: string; readonly sentAtMs: number } | null = null
  let success: { readonly atMs: number; readonly probeMs: number } | null = null
  let failure = 'no probe has come back yet'
  let stopped = false

  socket.on('connect', send)
  socket.on('connect_error', (error) => (failure = `the loop-back socket cannot connect: ${error.message}`))
  socket.on(EVENT, ({ nonce }: { nonce: string }) => {
    if (nonce !== awaited?.nonce) return
    success = { atMs: nowMs(), probeMs: nowMs() - awaited.sentAtMs }
    awaited = null
    firstSuccess.resolve()
  })
  const timer = setInterval(send, PROBE_EVERY_MS)

  return { read, firstSuccess: firstSuccess.promise, stop }

  function send(): void {
    if (!socket.connected) return
    if (awaited) failure = 'a published probe did not come back'
    awaited = { nonce: randomUUID(), sentAtMs: nowMs() }
    publish(awaited.nonce).catch((error: Error) => (failure = `a probe could not be published: ${error.message}`))
  }

  function read(): ProbeState {
    if (stopped) return { state: 'stopped', reason: 'the server is going away' }
    if (!success) return { state: 'starting', reason: failure }
    if (nowMs() - success.atMs > STALE_MS) return { state: 'failing', reason: failure }
    return { state: 'ready', probeMs: Math.round(success.probeMs * 100) / 100 }
  }

  function stop(): void {
    stopped = true
    clearInterval(timer)
    socket.disconnect()
  }
}
