import type { StreamEvent } from '@loyalty-live/events'
import { useEffect, useMemo, useRef, useSyncExternalStore } from 'react'
import { systemClock } from '../clock.ts'
import type { Snapshot } from '../query/snapshots.ts'
import { createLiveSnapshot, type Loaded } from './live-snapshot.ts'
import { useLoyaltyClient } from './live.ts'

/** What was read, and `refresh`, which reads it now. */
export type Live<T> = Loaded<T> & { readonly refresh: () => void }

/**
 * Reads a snapshot, and again whenever an event touches it. Another `name` is another snapshot, which starts empty; `load` and
 * `touches` may be other functions at each render.
 */
export function useLiveSnapshot<T extends Snapshot>(
  name: string,
  load: (signal: AbortSignal) => Promise<T>,
  touches: (event: StreamEvent) => boolean,
): Live<T> {
  const client = useLoyaltyClient()
  const latest = useRef({ load, touches })
  useEffect(() => {
    latest.current = { load, touches }
  })
  const snapshot = useMemo(
    () =>
      createLiveSnapshot<T>({
        client,
        load: (signal) => latest.current.load(signal),
        touches: (event) => latest.current.touches(event),
        clock: systemClock,
      }),
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- the name stands for what is loaded
    [client, name],
  )
  const loaded = useSyncExternalStore(snapshot.keep, snapshot.current, snapshot.current)
  return useMemo(() => ({ ...loaded, refresh: snapshot.refresh }), [loaded, snapshot])
}
