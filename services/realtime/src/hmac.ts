import { hash } from 'node:crypto'

/** Of SHA-256, in bytes. */
const BLOCK_BYTES = 64
const DIGEST_BYTES = 32

/** Signs the concatenation of `prefix` (ASCII) and `body`: 32 bytes. */
export type Hmac = (prefix: string, body: Buffer) => Buffer

/**
 * Makes the HMAC-SHA256 (RFC 2104) of a key, out of two one-shot hashes.
 *
 * `createHmac` sets an object up for every message, with a finaliser for the garbage collector; under load that costs
 * more than hashing an event does. What depends on the key alone is computed once, here.
 */
export function createHmacSha256(key: Buffer): Hmac {
  const short = key.length > BLOCK_BYTES ? hash('sha256', key, 'buffer') : key
  const innerBlock = blockOf(short, 0x36)
  const outer = Buffer.concat([blockOf(short, 0x5c), Buffer.alloc(DIGEST_BYTES)])

  return (prefix, body) => {
    const inner = Buffer.allocUnsafe(BLOCK_BYTES + prefix.length + body.length)
    inner.set(innerBlock)
    inner.write(prefix, BLOCK_BYTES, 'latin1')
    inner.set(body, BLOCK_BYTES + prefix.length)
    outer.set(hash('sha256', inner, 'buffer'), BLOCK_BYTES)
    return hash('sha256', outer, 'buffer')
  }
}

function blockOf(key: Buffer, pad: number): Buffer {
  const block = Buffer.alloc(BLOCK_BYTES, pad)
  for (const [index, byte] of key.entries()) block[index] = byte ^ pad
  return block
}
