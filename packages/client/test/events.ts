import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { AnyEvent } from '@loyalty-live/events'

const fixture = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../events/fixtures/loyalty_updated.v1.json'), 'utf8'),
) as AnyEvent

/** A sound `loyalty_updated` event at a position. */
export function eventAt(epoch: number, seq: number, changes: Partial<AnyEvent> = {}): AnyEvent {
  return { ...fixture, epoch, seq, ...changes }
}
