import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

type Answer = { readonly status: number; readonly body?: object | string }

/** `answer`: does what it was asked and then says this instead; `hang`: does it and says nothing; null: it behaves. */
export type Misbehaviour = { readonly answer: Answer } | 'hang' | null

/** A provider's API on a local port, which behaves as documented unless it is told otherwise. */
export type StandIn = {
  readonly url: string
  /** Paths that were asked for, in order, the last of them. */
  readonly asked: string[]
  /** How it misbehaves from now on, in each answer or as is said for each. */
  misbehave(how: Misbehaviour | (() => Misbehaviour)): void
  close(): Promise<void>
}

const ASKED_MAX = 1_000

export async function listen(serve: (request: IncomingMessage) => Promise<Answer>): Promise<StandIn> {
  const asked: string[] = []
  let fault: () => Misbehaviour = () => null
  const server = createServer(
    (request, response) =>
      void (async () => {
        asked.push(`${request.method} ${request.url}`)
        if (asked.length > ASKED_MAX) asked.shift()
        const honest = await serve(request)
        const how = fault()
        if (how === 'hang') return
        const { status, body = {} } = how?.answer ?? honest
        response.writeHead(status, { 'content-type': typeof body === 'string' ? 'text/html' : 'application/json' })
        response.end(typeof body === 'string' ? body : JSON.stringify(body))
      })(),
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    misbehave: (how) => void (fault = typeof how === 'function' ? how : () => how),
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

export const readJson = async (request: IncomingMessage): Promise<unknown> => JSON.parse(await text(request))
