import type { AnyEvent, Cursor } from '@loyalty-live/events'
import type { SocketMessage } from './messages.ts'

/** What a socket says about the stream itself. */
export type StreamMessage = Extract<SocketMessage, { kind: 'ready' | 'head' | 'conflated' | 'event' }>

/** What is to be done after a message or an answer. */
export type StreamStep = {
  /** Comes before `deliver`. */
  readonly reset: Cursor | null
  readonly deliver: readonly AnyEvent[]
  readonly need: 'nothing' | 'catch-up'
  readonly received: number
  readonly duplicates: number
  /** Whether the server has just confirmed that nothing is missing, as far as this stream can tell. */
  readonly confirmed: boolean
}

/** The order of events, and the way back to it when some were lost. A tenant's is exact; a customer's goes by snapshots. */
export type Stream = {
  readonly cursor: Cursor | null
  /** Whether everything that the server has told of was delivered. */
  readonly caughtUp: boolean
  /** Intervals between polls while the socket is live; 0: none, since the socket tells of everything. */
  readonly liveIntervals: number
  take(message: StreamMessage): StreamStep
  /** Brings what is missing; answers whether that was everything. `apply` is called for each part as it comes. */
  catchUp(signal: AbortSignal, apply: (step: StreamStep) => void): Promise<boolean>
  /** Goes on from snapshots of this position: the next event that handlers get is the one after it. */
  resumeFrom(cursor: Cursor): StreamStep
  /** Back to the last event that a handler really got; what was held is dropped. */
  rewind(cursor: Cursor | null): void
}
