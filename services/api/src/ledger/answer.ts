import { cursorText, formatCursor } from '@loyalty-live/events'
import type { FastifyReply } from 'fastify'
import { z } from 'zod'
import { ApiError } from '../errors.ts'
import { uuid } from '../http/fields.ts'
import { REPLAYED_HEADER } from '../http/idempotency.ts'
import { sendProblem } from '../http/problem.ts'
import type { Applied, ChangeResult, Refusal } from './apply.ts'

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

/**
 * Answers a change. What was applied or refused is written from the same facts by the same lines the first time and every
 * time it is repeated, so that a repeat is the first answer, byte for byte.
 */
export function sendResult(reply: FastifyReply, result: ChangeResult): FastifyReply {
  if (result.kind === 'key-reused') {
    const detail = 'this Idempotency-Key was used for another request; send a new key for a new change'
    return sendProblem(reply, new ApiError('idempotency-key-reused', detail))
  }
  if (result.replayed) reply.header(REPLAYED_HEADER, 'true')
  if (result.kind === 'refused') return sendProblem(reply, refusalError(result.refusal))
  const { epoch, seq } = result.applied
  reply.request.committed = { epoch, seq }
  return reply.code(201).type('application/json; charset=utf-8').send(bodyOf(result.applied))
}

/** By hand, not by a validating serializer: this is the hottest answer there is. A test holds it against the schema. */
function bodyOf({ epoch, seq, ...applied }: Applied): string {
  return JSON.stringify({ ...applied, cursor: formatCursor({ epoch, seq }) } satisfies z.infer<typeof pointsChange>)
}

function refusalError({ code, ...extra }: Refusal): ApiError {
  return new ApiError(code, DETAILS[code]?.(extra) ?? 'the change was refused', extra)
}

const DETAILS: Partial<Record<Refusal['code'], (extra: Record<string, unknown>) => string>> = {
  'customer-not-found': () => 'no customer of this tenant has that id or phone',
  'program-not-found': () => 'this tenant has no such programme',
  'card-not-found': () => 'the customer is not enrolled in this programme',
  'transaction-not-found': () => 'this tenant has no such transaction',
  'already-enrolled': () => 'the customer has a card in this programme',
  'already-reversed': () => 'the transaction was reversed before; it is reversed once',
  'not-reversible': ({ type }) => `a transaction of type ${String(type)} cannot be reversed`,
  'program-inactive': () => 'the programme is switched off: its points can be redeemed, not earned',
  'insufficient-points': ({ available, requested }) =>
    `the card holds ${String(available)} points, ${String(requested)} were asked for`,
}
