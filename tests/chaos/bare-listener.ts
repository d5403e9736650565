import { anyEvent, formatCursor, parseCursor, serverMessages, type Cursor } from '@loyalty-live/events'
import { io } from 'socket.io-client'
import { checkBareLog, type BareNote, type BareState } from './bare-log.ts'
import type { Breach } from './breach.ts'

/** A bare socket.io-client, as README shows it: it keeps its cursor and reconnects, and knows nothing of REST. */
export type BareListener = {
  /** Events that it got so far. */
  readonly received: number
  /** Holds what it was told since the last time against what the server promises. */
  check(): Breach[]
  close(): void
}

export type BareListenerOptions = {
  readonly name: string
  readonly tenant: string
  readonly realtimeUrl: string
  readonly getToken: () => Promise<string>
}

const AGAIN_MS = 100

export function openBareListener({ name, tenant, realtimeUrl, getToken }: BareListenerOptions): BareListener {
  let notes: BareNote[] = []
  let newest: Cursor | null = null
  let checked: BareState = { newest: null, promised: null }
  let given: Cursor | null = null
  let received = 0
  let again: NodeJS.Timeout | undefined

  const socket = io(realtimeUrl, {
    transports: ['websocket'],
    forceNew: true,
    reconnectionDelay: 50,
    reconnectionDelayMax: 300,
    auth: (give) => {
      given = newest
      const cursor = given === null ? {} : { cursor: formatCursor(given) }
      // Nobody signs in right now: it is refused, and tries again.
      getToken().then(
        (token) => give({ token, ...cursor }),
        () => give({}),
      )
    },
  })
  socket.on('connect_error', () => {
    // socket.io-client comes back by itself from a lost connection, not from a refusal.
    if (!socket.active) again = setTimeout(() => socket.connect(), AGAIN_MS)
  })
  socket.onAny((type: string, payload: unknown) => {
    if (type === 'ready') {
      const { head, recovered } = serverMessages.ready.parse(payload)
      notes.push({ kind: 'ready', cursor: given, head: head === null ? null : parseCursor(head), recovered })
      return
    }
    if (type in serverMessages) return
    const { tenant: of, epoch, seq, id } = anyEvent.parse(payload)
    received++
    newest = { epoch, seq }
    notes.push({ kind: 'event', tenant: of, epoch, seq, id })
  })

  return {
    get received() {
      return received
    },
    check() {
      const { breaches, after } = checkBareLog({ name, tenant }, checked, notes)
      checked = after
      notes = []
      return breaches
    },
    close() {
      clearTimeout(again)
      socket.disconnect()
    },
  }
}
