import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { z } from 'zod'

const secrets = z.object({
  AUTH_SIGNING_KEY: z.string().min(1),
  BROADCAST_SECRET: z.string().min(1),
  SECRETS_KEY: z.string().min(1),
})

/** What the services keep from everybody else, by the names of their environment variables. */
export type Secrets = z.infer<typeof secrets>

/** New secrets: an Ed25519 key as a private JWK (RFC 8037), a Standard Webhooks secret of 32 bytes, a key of AES-256. */
export function makeSecrets(): Secrets {
  const { privateKey } = generateKeyPairSync('ed25519')
  return {
    AUTH_SIGNING_KEY: JSON.stringify(privateKey.export({ format: 'jwk' })),
    BROADCAST_SECRET: `whsec_${randomBytes(32).toString('base64')}`,
    SECRETS_KEY: randomBytes(32).toString('base64'),
  }
}

/**
 * The secrets of a data folder, made once: whoever is signed in stays so over a restart. The file is written whole or not
 * at all, and readable by its owner alone.
 *
 * @throws Error when the file is there and is not one of ours
 */
export function keepSecrets(file: string): Secrets {
  const kept = read(file)
  const { data } = secrets.safeParse(kept)
  if (data) return data
  // A folder of an older version lacks what that version did not know; what it has stays.
  const made = secrets.parse({ ...makeSecrets(), ...kept })
  const fresh = `${file}.${process.pid}`
  writeFileSync(fresh, `${JSON.stringify(made, null, 2)}\n`, { mode: 0o600 })
  renameSync(fresh, file)
  return made
}

function read(file: string): { readonly [name in keyof Secrets]?: string | undefined } | null {
  try {
    return secrets.partial({ SECRETS_KEY: true }).parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw new Error(`${file} cannot be read; move it away, and new secrets are made (everybody signs in again)`, {
      cause: error,
    })
  }
}
