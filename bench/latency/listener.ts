import type { Peer } from '../broadcast/peers.ts'
import { connectMembers } from '../driver/members.ts'

export type Listener = {
  /** Resolves with the next event that comes. */
  next(): Promise<void>
  close(): void
}

/**
 * A socket in the peer's first room.
 *
 * @param awaited part of the message that is waited for
 */
export async function listen(port: number, peer: Peer, awaited = '"loyalty_updated"'): Promise<Listener> {
  let waiting: PromiseWithResolvers<void> | null = null
  const [socket] = await connectMembers({
    port,
    peer,
    sockets: 1,
    rooms: 1,
    onText(bytes, start, end) {
      if (waiting !== null && bytes.subarray(start, end).includes(awaited)) waiting.resolve()
    },
    onLost: (reason) => waiting?.reject(new Error(`the socket was closed: ${reason}`)),
  })
  return {
    next() {
      waiting = Promise.withResolvers<void>()
      return waiting.promise
    },
    close: () => socket!.destroy(),
  }
}
