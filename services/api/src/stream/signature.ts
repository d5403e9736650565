import { createHmac } from 'node:crypto'

/** Signs a request to the realtime server. */
export type Sign = (id: string, at: Date, body: string) => string

/**
 * Signatures of Standard Webhooks 1.0.0, symmetric: base64 of the HMAC-SHA256 of `id.timestamp.body`, timestamp in seconds.
 *
 * @param secret `whsec_` and the base64 of the key
 */
export function signer(secret: string): Sign {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  return (id, at, body) => {
    const signed = `${id}.${Math.floor(at.getTime() / 1000)}.${body}`
    return `v1,${createHmac('sha256', key).update(signed).digest('base64')}`
  }
}
