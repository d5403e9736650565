import type { AnyEvent, EventType, StreamEvent } from '@loyalty-live/events'
import { LoyaltyClientError } from './errors.ts'
import type { Status } from './status.ts'

/** What a client tells its handlers, by name. */
export type ClientEvents = { [T in EventType]: StreamEvent<T> } & {
  /** Every event of a known type, after the handlers of its own type. */
  event: StreamEvent
  /** An event of a type or version that this build does not know, or whose data it cannot read. */
  unknown: AnyEvent
  /** The state, or its reason, is another. */
  status: Status
  /**
   * The stream cannot be continued from where the client was (a restored database, or too long away): take snapshots again,
   * then `resumeFrom` their cursor. Events after `cursor` keep coming meanwhile.
   */
  reset: { readonly cursor: string }
}

export type Handlers = {
  /** Adds a handler; the answer takes it away. Adding one function twice calls it twice. */
  on<K extends keyof ClientEvents>(name: K, handler: (value: ClientEvents[K]) => unknown): () => void
  /** Calls the handlers of a name in the order in which they were added. One that throws stops nobody else. */
  emit<K extends keyof ClientEvents>(name: K, value: ClientEvents[K]): void
}

export function createHandlers(report: (error: LoyaltyClientError) => void): Handlers {
  type Handler = { readonly call: (value: never) => unknown }
  const byName = new Map<keyof ClientEvents, readonly Handler[]>()

  function failed(name: string, thrown: unknown): void {
    const why = thrown instanceof Error ? thrown.message : String(thrown)
    report(new LoyaltyClientError('handler-failed', `a handler of "${name}" failed: ${why}`, { cause: thrown }))
  }

  return {
    on(name, handler) {
      const added: Handler = { call: handler }
      byName.set(name, [...(byName.get(name) ?? []), added])
      return () => {
        byName.set(
          name,
          (byName.get(name) ?? []).filter((other) => other !== added),
        )
      }
    },
    emit(name, value) {
      // The list of this moment: a handler that adds or removes one changes what the next event finds.
      for (const { call } of byName.get(name) ?? []) {
        try {
          const answer = call(value as never)
          if (answer instanceof Promise) answer.catch((thrown: unknown) => failed(name, thrown))
        } catch (thrown) {
          failed(name, thrown)
        }
      }
    },
  }
}
