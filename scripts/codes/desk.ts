import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { openCodeWebhook, type CodeWebhook, type SentCode } from './webhook.ts'

/** Older ones are forgotten. */
const KEPT_MAX = 200

const kept = z.array(z.object({ phone: z.string(), code: z.string() }))

/**
 * The customers' telephones of a development platform: each code is told, and kept in the data folder while the platform runs,
 * so that commands beside it (`npm run demo`, `npm run simulate`) can sign customers in as customers do. Whoever can read
 * that file, which is its owner's alone, can read the platform's keys beside it. Never opened in production.
 */
export async function openCodeDesk(dataDir: string, tell: (line: string) => void): Promise<CodeWebhook> {
  const file = codesFile(dataDir)
  rmSync(file, { force: true }) // of a desk that was killed
  const sent: SentCode[] = []
  const webhook = await openCodeWebhook((code) => {
    sent.push(code)
    if (sent.length > KEPT_MAX) sent.shift()
    // Before the API answers whoever asked for it; whole or not at all.
    writeFileSync(`${file}.new`, JSON.stringify(sent), { mode: 0o600 })
    renameSync(`${file}.new`, file)
    tell(`one-time code of ${code.phone}: ${code.code}`)
  })
  return {
    env: webhook.env,
    async close() {
      await webhook.close()
      rmSync(file, { force: true })
    },
  }
}

/** Gives the code that was sent to a phone last. @throws Error when there is none */
export type ReadCode = (phone: string) => string

/** Reads what the desk of a data folder keeps. */
export function codeReader(dataDir: string): ReadCode {
  return (phone) => {
    const last = readCodes(dataDir).findLast((sent) => sent.phone === phone)
    if (last) return last.code
    throw new Error(
      `no code for ${phone} came to ${dataDir}: start the platform with npm start and the same DATA_DIR, without CUSTOMER_CODE_WEBHOOK_URL`,
    )
  }
}

function readCodes(dataDir: string): readonly SentCode[] {
  try {
    return kept.parse(JSON.parse(readFileSync(codesFile(dataDir), 'utf8')))
  } catch {
    return [] // no desk, or no code yet
  }
}

const codesFile = (dataDir: string) => join(dataDir, 'codes.json')
