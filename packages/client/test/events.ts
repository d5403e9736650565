import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { AnyEvent } from '@loyalty-live/events'

const fixture = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../events/fixtures/loyalty_updated.v1.json'), 'utf8'),
) as AnyEvent

/** A sound `loyalty_updated` event at a position, with an id of its own. */
export function eventAt(epoch: number, seq: number, changes: Partial<AnyEvent> = {}): AnyEvent {
  const id = `00000000-0000-4000-${String(8000 + epoch)}-${String(seq).padStart(12, '0')}`
  return { ...fixture, id, epoch, seq, ...changes }
}
