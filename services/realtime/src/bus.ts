import type { ControlRequest } from '@loyalty-live/events'
import type { Incoming } from './incoming.ts'

/** What nodes tell each other. Plain data: an implementation may serialise it. */
type BusMessage =
  | { readonly kind: 'events'; readonly events: readonly Incoming[] }
  | { readonly kind: 'control'; readonly control: ControlRequest }
  | { readonly kind: 'probe'; readonly nonce: string }

/** What a node made of a message. */
export type Receipt = { readonly accepted: number; readonly duplicates: number }

/** What a node does with whatever the bus brings, from itself or from another: order, remember, emit. Never waits. */
export type Deliver = (message: BusMessage) => Receipt

/**
 * Brings every message to every node, the sender's own included.
 *
 * The sender's node comes first and does not depend on the others: local sockets are served although the way to the
 * other nodes is down. Delivery is at least once and in any order; `Deliver` drops repeats and restores the order.
 */
export type Bus = {
  /**
   * Resolves to what this node made of it; rejects when other nodes may not have got it, so that the sender posts
   * again.
   */
  readonly publish: (message: BusMessage) => Promise<Receipt>
}

/** The bus of a single node. */
export function createLocalBus(deliver: Deliver): Bus {
  return { publish: async (message) => deliver(message) }
}
