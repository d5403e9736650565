const QUOTE = 0x22
const BACKSLASH = 0x5c
const BRACKET_OPEN = 0x5b
const BRACKET_CLOSE = 0x5d
const BRACE_OPEN = 0x7b
const BRACE_CLOSE = 0x7d

/**
 * The raw text of each element of a JSON array of objects, in order, without copying. Writing the parsed values out
 * again would change them: numbers lose digits, integer-like keys move to the front.
 *
 * `json` must have been parsed before: this trusts it to be sound JSON, an array, and each element to be an object.
 */
export function arrayElements(json: Buffer): Buffer[] {
  const elements: Buffer[] = []
  let depth = 0
  let start = 0
  for (let at = 0; at < json.length; at++) {
    const byte = json[at]
    if (byte === QUOTE) at = endOfString(json, at)
    else if (byte === BRACKET_OPEN || byte === BRACE_OPEN) {
      if (++depth === 2) start = at
    } else if (byte === BRACKET_CLOSE || byte === BRACE_CLOSE) {
      if (--depth === 1) elements.push(json.subarray(start, at + 1))
    }
  }
  return elements
}

/** The text of a JSON document that is one object, without the white space around it. */
export function objectText(json: Buffer): Buffer {
  let start = 0
  let end = json.length
  while (json[start] !== BRACE_OPEN) start++
  while (json[end - 1] !== BRACE_CLOSE) end--
  return json.subarray(start, end)
}

/** Bytes of multi-byte characters are all above 0x7f, so a byte that looks like a quote is one. */
function endOfString(json: Buffer, open: number): number {
  let at = open + 1
  while (json[at] !== QUOTE) at += json[at] === BACKSLASH ? 2 : 1
  return at
}
