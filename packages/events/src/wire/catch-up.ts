import { z } from 'zod'
import { cursorText } from '../cursor-text.ts'
import { anyEvent } from '../envelope.ts'

export const CATCH_UP_LIMIT_DEFAULT = 200
export const CATCH_UP_LIMIT_MAX = 500

/**
 * Answer of `GET /api/events?after=`: the events after that position, oldest first. `cursor` is where the page ends: ask
 * again from there while it is before `head`. `reset` means that the page cannot continue from `after` (another epoch, or
 * past retention): take fresh snapshots and go on from their cursor.
 */
export const catchUpPage = z
  .object({ events: z.array(anyEvent), cursor: cursorText, head: cursorText, reset: z.boolean() })
  .meta({ title: 'CatchUpPage' })

export type CatchUpPage = z.infer<typeof catchUpPage>
