import { z } from 'zod'
import { personName, tenantId, timestamp, uuid } from './fields.ts'

/**
 * Who caused an event. `sql` is a person at a database prompt (the trigger net saw the change); `system` is the platform
 * itself, such as an expiry.
 */
export const actor = z
  .looseObject({
    type: z.enum(['staff', 'terminal', 'customer', 'service', 'system', 'sql']),
    id: z.string().min(1).max(200),
    name: personName.nullable(),
  })
  .meta({ title: 'Actor', description: 'Who caused the event' })

export type Actor = z.infer<typeof actor>

/**
 * What every event carries beside its data. `seq` starts at 1, is gap-free and rises in commit order within a tenant and
 * epoch. Objects are loose on purpose: a field added later survives an older reader.
 */
export const envelopeFields = {
  id: uuid,
  type: z
    .string()
    .regex(/^[a-z][a-z0-9]*(?:_[a-z0-9]+)*$/, { error: 'must be a snake_case event type' })
    .max(64),
  version: z.int().positive(),
  tenant: tenantId,
  epoch: z.int().nonnegative(),
  seq: z.int().positive(),
  timestamp,
  actor,
} as const

/** The envelope without type and data. */
export type Envelope = {
  readonly id: string
  readonly version: number
  readonly tenant: string
  readonly epoch: number
  readonly seq: number
  /** ISO 8601. */
  readonly timestamp: string
  readonly actor: Actor
}

/** An event whose type this build may not know: enough to order it, remember it and pass it on. */
export const anyEvent = z.looseObject({ ...envelopeFields, data: z.looseObject({}) }).meta({ title: 'AnyEvent' })

export type AnyEvent = z.infer<typeof anyEvent>
