import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { Webhook } from 'standardwebhooks'
import { z } from 'zod'

const message = z.object({ phone: z.string(), code: z.string() })

/** A one-time code on its way to a customer's phone. */
export type SentCode = z.infer<typeof message>

export type CodeWebhook = {
  /** What the API needs to be told of it. */
  readonly env: Readonly<Record<string, string>>
  close(): Promise<void>
}

const NO_CONTENT = 204
const UNAUTHORIZED = 401

/**
 * Stands where an operator has an SMS provider: takes the codes that the API signed for it, on a free port of this machine.
 *
 * @param take told of each; its answer is the status that the API gets, 204 by default
 */
export async function openCodeWebhook(take: (sent: SentCode) => number | void): Promise<CodeWebhook> {
  const secret = `whsec_${randomBytes(32).toString('base64')}`
  const webhook = new Webhook(secret)

  async function receive(request: IncomingMessage): Promise<number> {
    const body = await text(request)
    let sent: SentCode
    try {
      sent = message.parse(webhook.verify(body, request.headers as Record<string, string>))
    } catch {
      return UNAUTHORIZED // not of the API
    }
    return take(sent) ?? NO_CONTENT
  }

  const server = createServer((request, response) => {
    receive(request).then(
      (status) => response.writeHead(status).end(),
      () => response.destroy(), // the request was broken off: nobody waits for an answer
    )
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  return {
    env: { CUSTOMER_CODE_WEBHOOK_URL: `http://127.0.0.1:${port}/codes`, CUSTOMER_CODE_WEBHOOK_SECRET: secret },
    async close() {
      const closed = once(server.close(), 'close')
      server.closeAllConnections()
      await closed
    },
  }
}
