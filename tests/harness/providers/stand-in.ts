import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

type Answer = { readonly status: number; readonly body?: object | string }

/** A provider's API on a local port, which behaves as documented unless it is told otherwise. */
export type StandIn = {
  readonly url: string
  /** Paths that were asked for, in order. */
  readonly asked: string[]
  /**
   * How it misbehaves from now on. `answer`: does what it was asked and then says this instead; `hang`: does it and says
   * nothing; null: it behaves.
   */
  misbehave(how: { answer: Answer } | 'hang' | null): void
  close(): Promise<void>
}

export async function listen(serve: (request: IncomingMessage) => Promise<Answer>): Promise<StandIn> {
  const asked: string[] = []
  let fault: { answer: Answer } | 'hang' | null = null
  const server = createServer(
    (request, response) =>
      void (async () => {
        asked.push(`${request.method} ${request.url}`)
        const honest = await serve(request)
        if (fault === 'hang') return
        const { status, body = {} } = fault?.answer ?? honest
        response.writeHead(status, { 'content-type': typeof body === 'string' ? 'text/html' : 'application/json' })
        response.end(typeof body === 'string' ? body : JSON.stringify(body))
      })(),
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    misbehave: (how) => void (fault = how),
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

export const readJson = async (request: IncomingMessage): Promise<unknown> => JSON.parse(await text(request))
