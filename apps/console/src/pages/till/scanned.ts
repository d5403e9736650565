/** What a code says, whichever way it was read. */
export type Scanned =
  | { readonly kind: 'phone'; readonly phone: string }
  /** It was read well, but is nothing that the till knows. */
  | { readonly kind: 'unknown' }

/** Reads the text of a code: a phone number, plain or as a `tel:` link, in any way of writing it. */
export function readScanned(text: string): Scanned {
  const phone = text.trim().replace(/^tel:/i, '')
  return /^\+?[\d\s().-]{6,40}$/.test(phone) ? { kind: 'phone', phone } : { kind: 'unknown' }
}
