import { parseCursor } from '@loyalty-live/events'
import type { FastifyReply } from 'fastify'
import { sendResult, type Result } from '../http/result.ts'
import type { Engaged } from './engage.ts'

/** Answers an engagement with its record and the cursor that reflects it; with `status` when it was applied. */
export function sendEngaged(reply: FastifyReply, status: 200 | 201, result: Result<Engaged>): FastifyReply {
  return sendResult(reply, result, ({ record, head }) => {
    reply.request.committed = parseCursor(head)
    return reply.code(status).send({ ...record, cursor: head })
  })
}
