import type { IncomingMessage, ServerResponse } from 'node:http'
import { BROADCAST_BYTES_MAX, controlRequest, eventName, type BroadcastAnswer } from '@loyalty-live/events'
import type { Logger } from 'pino'
import type { Bus } from '../bus.ts'
import { fieldName, RequestError, statusOf } from '../errors.ts'
import { parseJson, readEvents } from '../incoming.ts'
import type { Metrics } from '../metrics.ts'
import { createSignatureCheck } from '../signature.ts'
import { answerJson } from './answer.ts'
import { BodyAborted, createBodyReader } from './body.ts'
import type { Handler } from './router.ts'

export type PublishDeps = {
  readonly keys: readonly Buffer[]
  readonly extraTypes: ReadonlySet<string>
  readonly bus: Bus
  /** Random, of this run: when it changes, what was remembered is gone. */
  readonly instance: string
  readonly metrics: Metrics
  readonly log: Logger
  readonly wallMs: () => number
}

const BODIES_BYTES_MAX = 64 * BROADCAST_BYTES_MAX

/** Makes `POST /broadcast` and `POST /control`: what signed senders tell this server. */
export function createPublishHandlers(deps: PublishDeps): { broadcast: Handler; control: Handler } {
  const { bus, instance, metrics, log } = deps
  const verifySignature = createSignatureCheck(deps.keys)
  const readBody = createBodyReader({ bytesMax: BROADCAST_BYTES_MAX, totalBytesMax: BODIES_BYTES_MAX })

  return { broadcast, control }

  async function broadcast(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      await takeEvents(request, response)
      metrics.broadcastRequests.inc('202')
    } catch (error) {
      if (!(error instanceof BodyAborted)) metrics.broadcastRequests.inc(String(statusOf(error)))
      throw error
    }
  }

  async function takeEvents(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { id, body } = await readSigned(request)
    const events = readEvents(body, deps.extraTypes)
    const receipt = await bus.publish({ kind: 'events', events })
    if (log.isLevelEnabled('debug')) log.debug({ reqId: id, events: events.map(eventName), ...receipt }, 'broadcast')
    answerJson(response, 202, { ...receipt, instance } satisfies BroadcastAnswer)
  }

  async function control(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { id, body } = await readSigned(request)
    const parsed = controlRequest.safeParse(parseJson(body))
    if (!parsed.success) {
      const faults = parsed.error.issues.map(({ path, message }) => ({ field: fieldName(path), message }))
      throw new RequestError('invalid-request', `${faults[0]!.field || 'The body'}: ${faults[0]!.message}`, faults)
    }
    await bus.publish({ kind: 'control', control: parsed.data })
    log.debug({ reqId: id, heads: parsed.data.heads.length, revoked: parsed.data.revoked.length }, 'control')
    answerJson(response, 202, { instance })
  }

  async function readSigned(request: IncomingMessage): Promise<{ id: string; body: Buffer }> {
    const mediaType = request.headers['content-type']?.split(';', 1)[0]!.trim().toLowerCase()
    if (mediaType !== 'application/json') {
      throw new RequestError('media-type-not-supported', `The content type must be application/json, not ${mediaType}.`)
    }
    const body = await readBody(request)
    return { id: verifySignature(request.headers, body, deps.wallMs()), body }
  }
}
