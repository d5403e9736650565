import { randomUUIDv7 } from 'node:crypto'
import type { Logger } from 'pino'
import type { Config } from '../config.ts'
import { ApiError } from '../errors.ts'
import { signer } from '../stream/signature.ts'

const SEND_TIMEOUT_MS = 5_000

type CodeMessage = {
  /** E.164. */
  readonly phone: string
  readonly code: string
  readonly expiresAt: Date
}

/** Brings a one-time code to a phone. @throws ApiError code-not-sent */
export type CustomerCodeSender = (message: CodeMessage) => Promise<void>

/**
 * The way that is configured: a webhook of the operator's, who has an SMS provider; in development the log. In production without a
 * webhook there is no way, and every request for a code says so: a code in a log is a key in a log.
 */
export function codeSender(
  { production, customerCodeWebhook }: Pick<Config, 'production' | 'customerCodeWebhook'>,
  logger: Logger,
): CustomerCodeSender {
  if (customerCodeWebhook) return webhookSender(customerCodeWebhook)
  if (!production) return async ({ phone, code }) => logger.info({ phone, code }, 'one-time code of a customer')
  logger.warn('customers cannot sign in: CUSTOMER_CODE_WEBHOOK_URL, which sends them their codes, is not set')
  return async () => {
    throw new ApiError('code-not-sent', 'this server has no way of sending codes')
  }
}

/** POSTs {phone, code, expiresAt}, signed per Standard Webhooks 1.0.0; any 2xx means that it is on its way. */
function webhookSender({ url, secret }: NonNullable<Config['customerCodeWebhook']>): CustomerCodeSender {
  const sign = signer(secret)
  return async ({ phone, code, expiresAt }) => {
    const body = JSON.stringify({ phone, code, expiresAt: expiresAt.toISOString() })
    const id = randomUUIDv7()
    const now = new Date()
    const headers = {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
      'webhook-signature': sign(id, now, body),
    }
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers,
        body,
        redirect: 'error',
        signal: AbortSignal.timeout(SEND_TIMEOUT_MS),
      })
      await response.body?.cancel()
      if (!response.ok) throw new Error(`it answered ${response.status}`)
    } catch (error) {
      throw new ApiError('code-not-sent', 'the code could not be sent; try again shortly', {}, error)
    }
  }
}
