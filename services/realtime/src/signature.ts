import { timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { RequestError } from './errors.ts'
import { createHmacSha256 } from './hmac.ts'

/** Gives the message's id. @throws RequestError `signature-missing`, `timestamp-stale`, `signature-invalid` */
export type VerifySignature = (headers: IncomingHttpHeaders, body: Buffer, nowMs: number) => string

/** How far the signer's clock may be from ours, either way. */
const SIGNATURE_TOLERANCE_SECONDS = 5 * 60

/**
 * Makes the check of requests signed per Standard Webhooks 1.0 (symmetric `v1`: base64 HMAC-SHA256 of
 * `id.timestamp.body`, the raw bytes before anything parsed them).
 *
 * The specification's own library hashes in JavaScript, which costs 13 times as much on a full body as node:crypto; the
 * tests sign with that library, so the two cannot drift apart.
 *
 * @param keys any of them may have signed
 */
export function createSignatureCheck(keys: readonly Buffer[]): VerifySignature {
  const hmacs = keys.map(createHmacSha256)

  return (headers, body, nowMs) => {
    const { id, timestamp, signature } = readHeaders(headers, nowMs)
    const given = signature
      .split(' ')
      .filter((part) => part.startsWith('v1,'))
      .map((part) => Buffer.from(part.slice(3), 'base64'))
    for (const hmac of hmacs) {
      const expected = hmac(`${id}.${timestamp}.`, body)
      if (given.some((digest) => digest.length === expected.length && timingSafeEqual(digest, expected))) return id
    }
    throw new RequestError(
      'signature-invalid',
      'No v1 signature in webhook-signature fits the body and a known secret.',
    )
  }
}

function readHeaders(
  headers: IncomingHttpHeaders,
  nowMs: number,
): { id: string; timestamp: string; signature: string } {
  const id = headers['webhook-id']
  const timestamp = headers['webhook-timestamp']
  const signature = headers['webhook-signature']
  if (typeof id !== 'string' || typeof timestamp !== 'string' || typeof signature !== 'string') {
    throw new RequestError(
      'signature-missing',
      'The headers webhook-id, webhook-timestamp and webhook-signature are required (Standard Webhooks).',
    )
  }
  if (!/^\d{1,12}$/.test(timestamp) || Math.abs(nowMs / 1000 - Number(timestamp)) > SIGNATURE_TOLERANCE_SECONDS) {
    throw new RequestError(
      'timestamp-stale',
      `webhook-timestamp must be seconds since the epoch, at most ${SIGNATURE_TOLERANCE_SECONDS} s from now.`,
    )
  }
  return { id, timestamp, signature }
}
