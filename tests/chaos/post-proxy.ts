import { Agent, createServer, request, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * What the way from the API to the realtime server does with a POST:
 * pass it on · drop it before it arrives · deliver it and drop the answer · deliver it twice · deliver it late · answer 503.
 */
export type PostFate = 'pass' | 'drop' | 'drop-answer' | 'twice' | 'late' | 'refuse'

export type PostProxy = {
  readonly url: string
  /** Decides for each POST. */
  fate: () => PostFate
  /** How late a late one is. */
  delayMs: () => number
  close(): Promise<void>
}

/** The way between the API and the realtime server, at the level of requests. */
export async function openPostProxy(port: number): Promise<PostProxy> {
  const agent = new Agent({ keepAlive: true })

  async function serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(incoming)
    const fate = proxy.fate()
    if (fate === 'drop') return void incoming.socket.destroy()
    if (fate === 'refuse') return void response.writeHead(503).end()
    if (fate === 'late') await sleep(proxy.delayMs())
    const answer = await forward(incoming, body)
    if (fate === 'twice') await forward(incoming, body)
    if (fate === 'drop-answer') return void incoming.socket.destroy()
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body)
  }

  function forward({ url, headers }: IncomingMessage, body: Buffer): Promise<{ status: number; body: Buffer }> {
    return new Promise((resolve, reject) => {
      const outgoing = request({ host: '127.0.0.1', port, path: url, method: 'POST', headers, agent }, (answer) => {
        buffer(answer).then((read) => resolve({ status: answer.statusCode!, body: read }), reject)
      })
      outgoing.once('error', reject)
      outgoing.end(body)
    })
  }

  const server = createServer((incoming, response) => {
    // Nobody there to take it: the sender sees its connection break, as it would without us.
    serve(incoming, response).catch(() => incoming.socket.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const proxy: PostProxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    fate: () => 'pass',
    delayMs: () => 0,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
        agent.destroy()
      }),
  }
  return proxy
}
