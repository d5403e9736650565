import { cursorText, formatCursor } from '@loyalty-live/events'
import type { FastifyReply } from 'fastify'
import { z } from 'zod'
import { uuid } from '../http/fields.ts'
import { sendResult } from '../http/result.ts'
import type { Applied, ChangeResult } from './apply.ts'

/** 201 of every request that moves points. */
export const pointsChange = z
  .object({
    transactionId: uuid,
    cardId: uuid,
    pointsChange: z.int().meta({ description: 'Signed' }),
    balance: z.int(),
    earned: z.int(),
    redeemed: z.int(),
    cardVersion: z.int(),
    cursor: cursorText,
  })
  .meta({ title: 'PointsChange' })

/** Answers a change. */
export function sendChange(reply: FastifyReply, result: ChangeResult): FastifyReply {
  return sendResult(reply, result, (applied) => {
    const { epoch, seq } = applied
    reply.request.committed = { epoch, seq }
    return reply.code(201).type('application/json; charset=utf-8').send(bodyOf(applied))
  })
}

/** By hand, not by a validating serializer: this is the hottest answer there is. A test holds it against the schema. */
function bodyOf({ epoch, seq, ...applied }: Applied): string {
  return JSON.stringify({ ...applied, cursor: formatCursor({ epoch, seq }) } satisfies z.infer<typeof pointsChange>)
}
