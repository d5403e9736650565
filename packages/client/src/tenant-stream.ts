import type { AnyEvent } from '@loyalty-live/events'
import { compareCursors, type Cursor } from '@loyalty-live/events/plain'
import { LoyaltyClientError } from './errors.ts'
import type { ReadPage } from './pages.ts'
import { isCaughtUp, sequence, sequencerAt, type Page, type SequencerInput } from './sequencer.ts'
import type { Stream, StreamMessage, StreamStep } from './stream.ts'

/** The stream of one tenant, from the position `start` on; from where the server says it stands when there is none. */
export function createTenantStream(readPage: ReadPage, start: Cursor | null): Stream {
  let sequencer = sequencerAt<AnyEvent>(start)

  function feed(input: SequencerInput<AnyEvent>, received = 0): Omit<StreamStep, 'confirmed'> {
    const { state, ...step } = sequence(sequencer, input)
    sequencer = state
    return { ...step, received }
  }

  /** Whether the API has nothing beyond where we are. */
  function reached(head: Cursor): boolean {
    return sequencer.cursor !== null && (compareCursors(sequencer.cursor, head) ?? -1) >= 0
  }

  /** Takes one page. A page that brings us nowhere while the API says there is more would be asked for for ever. */
  function takePage(after: Cursor | null, page: Page<AnyEvent>): Omit<StreamStep, 'confirmed'> & { moved: boolean } {
    const step = feed({ kind: 'page', after, ...page }, page.events.length)
    const { cursor } = sequencer
    const moved = after === null || cursor === null || compareCursors(after, cursor) !== 0
    if (!moved && !reached(page.head)) {
      throw new LoyaltyClientError('bad-answer', 'the page of events is empty, but the stream goes on')
    }
    return { ...step, moved }
  }

  return {
    get cursor() {
      return sequencer.cursor
    },
    get caughtUp() {
      return isCaughtUp(sequencer)
    },
    liveIntervals: 0,
    take(message) {
      const step = feed(asInput(message), message.kind === 'event' ? 1 : 0)
      return { ...step, confirmed: isCaughtUp(sequencer) && statesOurPosition(message, step.deliver, sequencer.cursor) }
    },
    async catchUp(signal, apply) {
      for (;;) {
        const after = sequencer.cursor
        const page = await readPage(after, signal)
        // Stopped while the answer came in: taken now, it would move the position past events that no handler gets.
        if (signal.aborted) throw new LoyaltyClientError('stopped', 'the client was stopped during a catch-up')
        if (page === 'unchanged') return isCaughtUp(sequencer)
        const { moved, ...step } = takePage(after, page)
        apply({ ...step, confirmed: reached(page.head) })
        if (!moved || step.need === 'nothing') return step.need === 'nothing'
      }
    },
    resumeFrom: (position) => ({ ...feed({ kind: 'resume', cursor: position }), confirmed: false }),
    rewind(position) {
      sequencer = sequencerAt(position)
    },
  }
}

function asInput(message: StreamMessage): SequencerInput<AnyEvent> {
  // What was conflated is a gap that ends at `to`: the catch-up brings every one of them.
  return message.kind === 'conflated' ? { kind: 'head', head: message.to } : message
}

/** A server that has fallen behind us beats too, but confirms nothing. */
function statesOurPosition(message: StreamMessage, delivered: readonly AnyEvent[], cursor: Cursor | null): boolean {
  if (message.kind === 'event') return delivered.length > 0
  const stated = message.kind === 'conflated' ? message.to : message.head
  return stated !== null && cursor !== null && compareCursors(stated, cursor) === 0
}
