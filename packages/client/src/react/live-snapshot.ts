import type { StreamEvent } from '@loyalty-live/events'
import { parseCursor, type Cursor } from '@loyalty-live/events/plain'
import type { LoyaltyClient } from '../client.ts'
import type { Clock } from '../clock.ts'
import { isAhead } from '../is-ahead.ts'
import type { Snapshot } from '../query/snapshots.ts'

/** A snapshot that is read again whenever the stream says that it has changed. */
export type LiveSnapshot<T> = {
  /** The same object until something in it changes. */
  current(): Loaded<T>
  /** Reads, and keeps what was read fresh until the answer is called. */
  keep(changed: () => void): () => void
  /** Reads now, for a Refresh button. */
  refresh(): void
}

/** What has been read. After a read that failed, `data` stays what it was, and it is read again. */
export type Loaded<T> = {
  readonly data: T | null
  readonly error: unknown
  readonly isLoading: boolean
}

export type SnapshotOptions<T> = {
  readonly client: Pick<LoyaltyClient, 'on' | 'cursor' | 'resumeFrom'>
  readonly load: (signal: AbortSignal) => Promise<T>
  /** Whether an event may have changed it. */
  readonly touches: (event: StreamEvent) => boolean
  readonly clock: Clock
}

/** Time for what one change tells in several events. */
const GATHER_MS = 50
/** Between two reads, however fast events come. */
const REST_MS = 1_000
const RETRY_MS = 5_000

/**
 * | it is   | means                              | left by                                                          |
 * |---------|------------------------------------|------------------------------------------------------------------|
 * | resting | what is shown is current           | an event that touches it, `reset`, `refresh` → waiting           |
 * | waiting | it is to be read, in a moment      | timer → reading                                                  |
 * | reading | the API has been asked             | answer → resting, or waiting when it is older than the last event that touches it; failure → waiting |
 */
export function createLiveSnapshot<T extends Snapshot>(options: SnapshotOptions<T>): LiveSnapshot<T> {
  const { client, load, touches, clock } = options
  let shown: Loaded<T> = { data: null, error: null, isLoading: true }
  let changed = nobody
  /** Position of the last event that touches it; or, before the first one, from where on events are heard. */
  let due: Cursor | null = null
  let readAtMs = -Infinity
  let cancelTimer: (() => void) | null = null
  let reading: AbortController | null = null

  function show(next: Partial<Loaded<T>>): void {
    shown = { ...shown, ...next }
    changed()
  }

  function wait(delayMs: number): void {
    if (reading) return
    cancelTimer ??= clock.after(Math.max(delayMs, readAtMs + REST_MS - clock.now()), read)
  }

  function read(): void {
    cancelTimer?.()
    cancelTimer = null
    reading?.abort()
    const own = (reading = new AbortController())
    readAtMs = clock.now()
    if (!shown.isLoading) show({ isLoading: true })
    load(own.signal).then(
      (data) => own === reading && answered(data),
      (error: unknown) => own === reading && failed(error),
    )
  }

  function answered(data: T): void {
    reading = null
    show({ data, error: null, isLoading: false })
    const at = parseCursor(data.cursor)
    if (client.cursor === null && at) client.resumeFrom(data.cursor)
    if (due && at && isAhead(due, at)) wait(GATHER_MS)
  }

  function failed(error: unknown): void {
    reading = null
    show({ error, isLoading: false })
    wait(RETRY_MS)
  }

  return {
    current: () => shown,
    refresh: read,
    keep(onChange) {
      changed = onChange
      due = client.cursor === null ? null : parseCursor(client.cursor)
      const off = [
        client.on('event', (event) => {
          if (!touches(event)) return
          due = event
          wait(GATHER_MS)
        }),
        client.on('reset', ({ cursor }) => {
          due = parseCursor(cursor)
          read()
        }),
      ]
      read()
      return () => {
        for (const each of off) each()
        cancelTimer?.()
        cancelTimer = null
        reading?.abort()
        reading = null
        changed = nobody
      }
    },
  }
}

function nobody(): void {}
