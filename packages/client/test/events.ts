import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { AnyEvent, EventType } from '@loyalty-live/events'

const fixture = fixtureOf('loyalty_updated')

/** A sound `loyalty_updated` event at a position, with an id of its own. */
export function eventAt(epoch: number, seq: number, changes: Partial<AnyEvent> = {}): AnyEvent {
  const id = `00000000-0000-4000-${String(8000 + epoch)}-${String(seq).padStart(12, '0')}`
  return { ...fixture, id, epoch, seq, ...changes }
}

/** A sound event of any type. */
export function fixtureOf(type: EventType): AnyEvent {
  const file = join(import.meta.dirname, '../../events/fixtures', `${type}.v1.json`)
  return JSON.parse(readFileSync(file, 'utf8')) as AnyEvent
}
