import { compareCursors, formatCursor, parseCursor, type Cursor } from '@loyalty-live/events/plain'
import type { Clock } from './clock.ts'
import type { CreateSocket, RealtimeSocket, SocketEnd, SocketHandlers, SocketOptions } from './socket.ts'

/** What tabs of one browser have in common. Both parts are those of the platform, as far as they are used. */
export type TabLinks = {
  readonly locks: {
    request(
      name: string,
      options: { signal: AbortSignal } | { steal: true },
      held: () => Promise<void> | undefined,
    ): Promise<unknown>
  }
  openChannel(name: string): Channel
}

type Channel = {
  addEventListener(type: 'message', hear: (message: { data: unknown }) => void): void
  postMessage(note: unknown): void
  close(): void
}

/** Said between tabs. All of them run the same code: the name of their channel has a version. */
type Note =
  /** A tab has come, and wants to know how things stand. */
  | { readonly kind: 'hello'; readonly from: string }
  /** There is a leader; its socket is opening. */
  | { readonly kind: 'here' }
  /** The leader's socket has joined, and brings everything after `after`. `to` one tab, or all. */
  | { readonly kind: 'ready'; readonly to: string | null; readonly after: string | null; readonly ready: Ready }
  | { readonly kind: 'message'; readonly name: string; readonly payload: unknown }
  /** The leader's socket has ended, and the leader with it. */
  | { readonly kind: 'lost'; readonly detail: string }

type Ready = { readonly head: string | null; readonly expiresAt: string }

const PROTOCOL = 'loyalty-live/1'
/** A leader answers a newcomer within this time, or it is frozen, and its place is taken. */
const ANSWER_LIMIT_MS = 2_000
/** How long a leader that has lost its socket keeps the lock: the others hear of it first, and back off instead of trying at once. */
const PARTING_MS = 100
/** About the leader's own token and socket: no concern of the others. */
const OF_THE_LEADER_ONLY = ['token_expiring', 'closing']

/** The links between tabs of this browser; null where it has none, and every tab keeps its own socket. */
export function findTabLinks(): TabLinks | null {
  const { navigator, BroadcastChannel } = globalThis as {
    navigator?: { locks?: TabLinks['locks'] }
    BroadcastChannel?: new (name: string) => Channel
  }
  const locks = navigator?.locks
  return locks && BroadcastChannel ? { locks, openChannel: (name) => new BroadcastChannel(name) } : null
}

/**
 * Makes sockets of which one in a browser is real, for each server, tenant and user. Tabs tell each other what comes through
 * it; nothing is stored.
 *
 * | a tab is  | means                                                | left by                                         |
 * |-----------|------------------------------------------------------|-------------------------------------------------|
 * | following | another tab has the lock, and tells what it hears    | lock granted, or taken from a frozen leader → leading; leader lost → ended |
 * | leading   | it has the lock and the socket, and tells the others | socket ended, lock taken away → ended           |
 * | ended     | the connection above opens another, after its delay  | never                                           |
 *
 * The lock of a tab that dies is granted to the next at once. That one opens a socket from its own position, and the others
 * compare theirs with where it began: what somebody may have missed is caught up over REST, like any gap.
 */
export function shareAcrossTabs(open: CreateSocket, links: TabLinks, clock: Clock): CreateSocket {
  return (options, handlers) => {
    const group = groupOf(options)
    return group === null
      ? open(options, handlers)
      : join(group.name, group.hasHead, open, links, clock, options, handlers)
  }
}

function join(
  name: string,
  hasHead: boolean,
  open: CreateSocket,
  { locks, openChannel }: TabLinks,
  clock: Clock,
  options: SocketOptions,
  handlers: SocketHandlers,
): RealtimeSocket {
  const me = crypto.randomUUID()
  const channel = openChannel(name)
  const queued = new AbortController()
  let release: (() => void) | null = null
  let socket: RealtimeSocket | null = null
  /** What newcomers are told; null until the socket has joined. */
  let standing: Ready | null = null
  let following = false
  let over = false

  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a BroadcastChannel reaches its own origin only
  const tell = (note: Note): void => channel.postMessage(note)
  const answerLimit = clock.after(ANSWER_LIMIT_MS, takeOver)
  channel.addEventListener('message', ({ data }) => {
    if (!over) hear(data as Note)
  })
  locks.request(name, { signal: queued.signal }, lead).catch(unlocked)
  tell({ kind: 'hello', from: me })

  /** Runs when the lock is granted, and keeps it until this tab leaves. */
  function lead(): Promise<void> | undefined {
    if (over || socket) return undefined
    answerLimit()
    tell({ kind: 'here' })
    const cursor = options.cursor()
    const relay: SocketHandlers = {
      message: (message, payload) => pass(cursor, message, payload),
      ended(reason) {
        tell({ kind: 'lost', detail: reason.kind === 'lost' ? reason.detail : reason.error.code })
        end(reason, PARTING_MS)
      },
    }
    socket = open({ ...options, auth: { ...options.auth, cursor } }, relay)
    return new Promise((resolve) => (release = resolve))
  }

  function takeOver(): void {
    queued.abort()
    locks.request(name, { steal: true }, lead).catch(unlocked)
  }

  /** The lock was taken by somebody who thought us dead; or this page may not use locks at all, and stays alone. */
  function unlocked(): void {
    if (over) return
    if (socket) end({ kind: 'lost', detail: 'another tab took over' })
    else if (!queued.signal.aborted) void lead()
  }

  function pass(cursor: string | null, message: string, payload: unknown): void {
    if (message === 'ready') {
      const { recovered, ...ready } = payload as Ready & { recovered: boolean }
      standing = ready
      tell({ kind: 'ready', to: null, after: recovered ? cursor : ready.head, ready })
    } else if (!OF_THE_LEADER_ONLY.includes(message)) {
      if (standing && hasHead) standing = { ...standing, head: headAfter(message, payload) ?? standing.head }
      tell({ kind: 'message', name: message, payload })
    }
    handlers.message(message, payload)
  }

  function hear(note: Note): void {
    if (note.kind === 'hello') {
      if (standing) tell({ kind: 'ready', to: note.from, after: standing.head, ready: standing })
      else if (socket) tell({ kind: 'here' })
      return
    }
    // Two leaders for a moment, while one finds out that its lock was taken: each keeps to its own socket.
    if (socket) return
    answerLimit()
    if (note.kind === 'ready' && (note.to === null || note.to === me)) {
      following = true
      handlers.message('ready', { ...note.ready, recovered: reaches(options.cursor(), note.after) })
    } else if (note.kind === 'message' && following) handlers.message(note.name, note.payload)
    else if (note.kind === 'lost') end({ kind: 'lost', detail: note.detail })
  }

  function end(reason: SocketEnd, keepLockMs = 0): void {
    if (over) return
    leave(keepLockMs)
    handlers.ended(reason)
  }

  function leave(keepLockMs = 0): void {
    over = true
    answerLimit()
    channel.close()
    socket?.close()
    queued.abort()
    if (release && keepLockMs > 0) clock.after(keepLockMs, release)
    else release?.()
  }

  return {
    refreshToken: (token) =>
      socket?.refreshToken(token) ?? Promise.reject(new Error('this tab has no socket of its own')),
    close() {
      if (!over) leave()
    },
  }
}

/**
 * Who may share: the same user of the same tenant at the same server. Null when the token does not say who that is. A
 * customer hears a part of several streams, and has no position on any.
 */
function groupOf({ url, auth }: SocketOptions): { readonly name: string; readonly hasHead: boolean } | null {
  const { sub, tenant = null, role = null } = readClaims(auth.token)
  if (typeof sub !== 'string') return null
  return { name: `${PROTOCOL} ${JSON.stringify([url, tenant, role, sub])}`, hasHead: tenant !== null }
}

/** The claims of a JWT, unproved: they only choose a name, and the server proves every token that opens a socket. */
function readClaims(token: string): Record<string, unknown> {
  try {
    const body = token.split('.')[1] ?? ''
    return JSON.parse(atob(body.replaceAll('-', '+').replaceAll('_', '/'))) as Record<string, unknown>
  } catch {
    // Not a JWT: nobody to share with.
    return {}
  }
}

function headAfter(message: string, payload: unknown): string | null {
  const { head, to, epoch, seq } = payload as { head?: string | null; to?: string } & Partial<Cursor>
  if (message === 'head') return head ?? null
  if (message === 'conflated') return to ?? null
  return typeof epoch === 'number' && typeof seq === 'number' ? formatCursor({ epoch, seq }) : null
}

/** Whether who stands at `position` misses nothing when everything after `after` follows. */
function reaches(position: string | null, after: string | null): boolean {
  const [mine, theirs] = [position, after].map((text) => (text === null ? null : parseCursor(text)))
  return !!mine && !!theirs && (compareCursors(mine, theirs) ?? -1) >= 0
}
