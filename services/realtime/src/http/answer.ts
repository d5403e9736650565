import type { ServerResponse } from 'node:http'
import { errorCodes, problemDocument, type RequestError } from '../errors.ts'

export function answerJson(response: ServerResponse, status: number, body: unknown): void {
  answer(response, status, 'application/json', JSON.stringify(body))
}

export function answerProblem(response: ServerResponse, error: RequestError): void {
  const { status } = errorCodes[error.code]
  answer(response, status, 'application/problem+json', JSON.stringify(problemDocument(error)))
}

/** Nothing this server says is worth keeping: it is about this moment. */
export function answer(response: ServerResponse, status: number, contentType: string, body: string): void {
  response
    .writeHead(status, {
      'content-type': contentType,
      'content-length': Buffer.byteLength(body),
      'cache-control': 'no-store',
    })
    .end(body)
}
