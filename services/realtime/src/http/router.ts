import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Logger } from 'pino'
import { RequestError } from '../errors.ts'
import { answerProblem } from './answer.ts'
import { BodyAborted } from './body.ts'

export type Handler = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>

/** By path, then by method. GET serves HEAD too. */
export type Routes = Readonly<Record<string, { readonly GET?: Handler; readonly POST?: Handler }>>

/** Finds the handler and turns whatever it throws into an answer. */
export function createRouter(routes: Routes, log: Logger): RequestListener {
  const byPath = new Map(Object.entries(routes))

  return (request, response) => {
    void handle(request, response).catch((error: unknown) => {
      if (error instanceof BodyAborted || response.headersSent) response.destroy()
      else answerProblem(response, error instanceof RequestError ? error : unexpected(error, request))
    })
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url!.split('?', 1)[0]!
    const methods = byPath.get(path)
    if (!methods) throw new RequestError('route-not-found', 'README.md of the realtime service lists the routes.')
    const method = request.method === 'HEAD' ? 'GET' : request.method
    const handler = method === 'GET' || method === 'POST' ? methods[method] : undefined
    if (!handler) {
      const allowed = Object.keys(methods).join(', ').replace('GET', 'GET, HEAD')
      response.setHeader('allow', allowed)
      throw new RequestError('method-not-allowed', `${path} takes ${allowed}.`)
    }
    await handler(request, response)
  }

  function unexpected(error: unknown, request: IncomingMessage): RequestError {
    log.error({ err: error, reqId: request.headers['webhook-id'], path: request.url }, 'request failed')
    return new RequestError('internal-error', 'The fault is logged here; the same request may succeed later.')
  }
}
