/** What a code says, whichever way it was read. */
export type Scanned =
  /** What a customer's screen shows to be known by; the API reads it. */
  | { readonly kind: 'customer'; readonly qr: string }
  | { readonly kind: 'phone'; readonly phone: string }
  /** It was read well, but is nothing that the till knows. */
  | { readonly kind: 'unknown' }

/** 48 bytes as base64url: see services/api/src/http/qr-codes.ts. */
const CUSTOMER_CODE = /^[\w-]{64}$/

/** Reads the text of a code: a customer's own, or a phone number, plain or as a `tel:` link, in any way of writing it. */
export function readScanned(text: string): Scanned {
  const qr = text.trim()
  if (CUSTOMER_CODE.test(qr)) return { kind: 'customer', qr }
  const phone = qr.replace(/^tel:/i, '')
  return /^\+?[\d\s().-]{6,40}$/.test(phone) ? { kind: 'phone', phone } : { kind: 'unknown' }
}
