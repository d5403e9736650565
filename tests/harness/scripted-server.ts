import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

type Post = { readonly path: string; readonly headers: IncomingMessage['headers']; readonly body: string }

export type ScriptedServer = {
  readonly url: string
  readonly posts: Post[]
  /** What it answers next; it stays so until it is changed. `hang`: takes the request and never answers. */
  answer: { status: number; body: object } | 'hang'
  close(): Promise<void>
}

/** A server that does what a realtime server does on its bad days, and remembers what it was sent. */
export async function startScriptedServer(port = 0): Promise<ScriptedServer> {
  const posts: Post[] = []
  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    posts.push({ path: request.url ?? '', headers: request.headers, body: await text(request) })
    if (scripted.answer === 'hang') return
    response.writeHead(scripted.answer.status, { 'content-type': 'application/json' })
    response.end(JSON.stringify(scripted.answer.body))
  }
  const server = createServer((request, response) => void serve(request, response))
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const scripted: ScriptedServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    posts,
    answer: { status: 202, body: { accepted: 1, duplicates: 0, instance: 'one' } },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  return scripted
}
