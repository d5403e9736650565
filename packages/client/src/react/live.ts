import {
  createContext,
  createElement,
  useCallback,
  useContext,
  useEffect,
  useRef,
  useSyncExternalStore,
  type ReactNode,
} from 'react'
import type { LoyaltyClient } from '../client.ts'
import type { ClientEvents } from '../handlers.ts'
import type { Status } from '../status.ts'

const ClientContext = createContext<LoyaltyClient | null>(null)

/** The moment of the last confirmation moves without a `status` event: whoever shows an age looks this often. */
const LOOK_EVERY_MS = 1_000

/** Gives a client to the hooks below it. Starting and stopping it stays with whoever made it. */
export function LoyaltyProvider({ client, children }: { client: LoyaltyClient; children?: ReactNode }): ReactNode {
  return createElement(ClientContext.Provider, { value: client }, children)
}

/** The client of the nearest `LoyaltyProvider`. Throws when there is none. */
export function useLoyaltyClient(): LoyaltyClient {
  const client = useContext(ClientContext)
  if (client === null) throw new Error('useLoyaltyClient and its kin need a <LoyaltyProvider> above them')
  return client
}

/** How fresh the screen is: `{ state, since, lastConfirmedAt, reason }`. Renders again when something in it has changed. */
export function useLiveStatus(): Status {
  const client = useLoyaltyClient()
  const subscribe = useCallback((changed: () => void) => follow(client, changed), [client])
  const read = () => client.status
  return useSyncExternalStore(subscribe, read, read)
}

function follow(client: LoyaltyClient, changed: () => void): () => void {
  const off = client.on('status', changed)
  const timer = setInterval(changed, LOOK_EVERY_MS)
  return () => {
    off()
    clearInterval(timer)
  }
}

/**
 * Calls `handler` for every event of a name while the component is mounted: an event type, `event` for all of them, or
 * `reset`, `status`, `unknown`. It may be another function at each render; the last one that was committed is called.
 */
export function useLoyaltyEvents<K extends keyof ClientEvents>(
  name: K,
  handler: (value: ClientEvents[K]) => unknown,
): void {
  const client = useLoyaltyClient()
  const latest = useRef(handler)
  useEffect(() => {
    latest.current = handler
  })
  useEffect(() => client.on(name, (value) => latest.current(value)), [client, name])
}
