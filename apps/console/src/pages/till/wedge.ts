/**
 * Tells a wedge scanner from a person: a scanner is a keyboard that types faster than anybody, and ends with Enter. The
 * answer takes one key at a time (`key` as in KeyboardEvent.key, the time in milliseconds) and gives the whole code with
 * the Enter that ends it, otherwise null.
 */
export function createWedgeReader(): (key: string, atMs: number) => string | null {
  let code = ''
  let lastAtMs = Number.NEGATIVE_INFINITY
  return (key, atMs) => {
    const quick = atMs - lastAtMs <= BETWEEN_KEYS_MAX_MS
    lastAtMs = atMs
    if (key === 'Enter') {
      const scanned = quick && code.length >= CODE_LENGTH_MIN ? code : null
      code = ''
      return scanned
    }
    if (key.length !== 1) return null // Shift and its kind belong to the character that follows
    code = (quick ? code : '') + key
    if (code.length > CODE_LENGTH_MAX) code = ''
    return null
  }
}

/** The quickest typists leave 60 ms between two keys now and then, never eight times in a row; scanners take 1 to 20. */
const BETWEEN_KEYS_MAX_MS = 35
const CODE_LENGTH_MIN = 6
const CODE_LENGTH_MAX = 500
