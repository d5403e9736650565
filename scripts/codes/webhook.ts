import { randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import { Webhook } from 'standardwebhooks'
import { z } from 'zod'
import { openLocalServer } from '../local-server.ts'

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

  const server = await openLocalServer(async (request) => ({ status: await receive(request) }))
  return {
    env: { CUSTOMER_CODE_WEBHOOK_URL: `${server.url}/codes`, CUSTOMER_CODE_WEBHOOK_SECRET: secret },
    close: server.close,
  }
}
