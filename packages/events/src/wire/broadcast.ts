import { z } from 'zod'
import { anyEvent } from '../envelope.ts'
import { tenantId, timestamp } from '../fields.ts'

/** Limits of one `POST /broadcast`. */
export const BROADCAST_EVENTS_MAX = 500
export const BROADCAST_BYTES_MAX = 1024 * 1024

/** Body of `POST /broadcast`: one event or an array of them, in stream order within each tenant. */
export const broadcastRequest = z
  .union([anyEvent, z.array(anyEvent).min(1).max(BROADCAST_EVENTS_MAX)])
  .meta({ title: 'BroadcastRequest' })

/**
 * 202 of `POST /broadcast`. `instance` names this run of the server: when it changes, the server has forgotten what it
 * remembered, and the sender announces its heads again.
 */
export const broadcastAnswer = z
  .object({ accepted: z.int().nonnegative(), duplicates: z.int().nonnegative(), instance: z.string() })
  .meta({ title: 'BroadcastAnswer' })

export type BroadcastAnswer = z.infer<typeof broadcastAnswer>

/**
 * Body of `POST /control`, signed like a broadcast. It states, it does not command: sending it twice changes nothing.
 * `heads` is where each tenant's stream stands; `revoked` are subjects whose tokens no longer count although they have
 * not expired. A subject can be dropped after `until`, when its last token has.
 */
export const controlRequest = z
  .object({
    heads: z
      .array(z.object({ tenant: tenantId, epoch: z.int().nonnegative(), seq: z.int().nonnegative() }))
      .max(10_000)
      .default([]),
    revoked: z
      .array(z.object({ tenant: tenantId, subject: z.string().min(1).max(200), until: timestamp }))
      .max(10_000)
      .default([]),
  })
  .meta({ title: 'ControlRequest' })

export type ControlRequest = z.infer<typeof controlRequest>

/** 202 of `POST /control`. */
export const controlAnswer = z.object({ instance: z.string() }).meta({ title: 'ControlAnswer' })
