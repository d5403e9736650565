import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'

const NONCE_BYTES = 12
const TAG_BYTES = 16

type Sealed = { readonly keyId: string; readonly sealed: Buffer }

export type SecretBox = {
  /** `owner` says whose it is: sealed for one, it does not open for another. */
  seal(owner: string, clear: string): Sealed
  /** Null when none of our keys sealed it for that owner. */
  open(owner: string, sealed: Sealed): string | null
}

/**
 * Seals with AES-256-GCM (NIST SP 800-38D): nonce, ciphertext, tag. The first key seals, all of them open, each found by its
 * id, which is the start of its SHA-256. Nonces are random: at 96 bits they may be some billions for each key.
 *
 * @param keys 32 bytes each; null when there are none: nothing can be sealed or opened then
 */
export function createSecretBox(keys: readonly Buffer[]): SecretBox | null {
  const [first] = keys
  if (first === undefined) return null
  const byId = new Map(keys.map((key) => [idOf(key), key]))
  return {
    seal(owner, clear) {
      const nonce = randomBytes(NONCE_BYTES)
      const cipher = createCipheriv('aes-256-gcm', first, nonce).setAAD(Buffer.from(owner))
      const text = Buffer.concat([cipher.update(clear, 'utf8'), cipher.final()])
      return { keyId: idOf(first), sealed: Buffer.concat([nonce, text, cipher.getAuthTag()]) }
    },
    open(owner, { keyId, sealed }) {
      const key = byId.get(keyId)
      if (key === undefined || sealed.length < NONCE_BYTES + TAG_BYTES) return null
      const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE_BYTES), {
        authTagLength: TAG_BYTES,
      })
      decipher.setAAD(Buffer.from(owner)).setAuthTag(sealed.subarray(-TAG_BYTES))
      try {
        const text = decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES))
        return Buffer.concat([text, decipher.final()]).toString('utf8')
      } catch {
        // The tag does not fit: another owner's, or not what was sealed. Which of them makes no difference.
        return null
      }
    },
  }
}

const idOf = (key: Buffer) => createHash('sha256').update(key).digest('hex').slice(0, 16)
