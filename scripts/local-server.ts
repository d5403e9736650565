import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

export type LocalServer = {
  /** Without a path. */
  readonly url: string
  close(): Promise<void>
}

export type LocalAnswer = { readonly status: number; readonly body?: object }

/** A server on a free port that this machine alone reaches. A request that `serve` rejects is broken off. */
export async function openLocalServer(serve: (request: IncomingMessage) => Promise<LocalAnswer>): Promise<LocalServer> {
  const server = createServer((request, response) => {
    serve(request).then(
      ({ status, body }) =>
        body === undefined
          ? response.writeHead(status).end()
          : response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body)),
      () => response.destroy(),
    )
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    async close() {
      const closed = once(server.close(), 'close')
      server.closeAllConnections()
      await closed
    },
  }
}
