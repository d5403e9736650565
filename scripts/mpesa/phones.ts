import { setTimeout as sleep } from 'node:timers/promises'
import { openLocalServer } from '../local-server.ts'
import { Random } from '../random.ts'
import { createDaraja, type Push } from './daraja.ts'

/** What becomes of a push. `lost`: it is paid, and nobody ever tells; the API has to ask. */
export type Fate = 'paid' | 'told-twice' | 'told-late' | 'lost' | 'cancelled'

export type PhonesOptions = {
  /** Default: most are paid and told, as in life. */
  readonly nextFate?: () => Fate
  /** How long people look at their telephones, at most. Default: 4,000. */
  readonly answerMsMax?: number
  /** How long after that a late callback comes; by default, after the API has asked. */
  readonly lateMs?: number
}

export type Phones = {
  /** What the API needs to be told of it. */
  readonly env: Readonly<Record<string, string>>
  close(): Promise<void>
}

const WEIGHTS: Readonly<Record<Fate, number>> = { paid: 14, 'told-twice': 2, 'told-late': 1, lost: 1, cancelled: 2 }
const CANCELLED_BY_USER = 1032

/**
 * M-Pesa as far as a development platform needs it: takes what the API sends to Safaricom, and people who pay or do not answer at
 * telephones that nobody has. Money never moves. Never opened in production.
 */
export async function openPhones(options: PhonesOptions = {}): Promise<Phones> {
  const random = new Random(Date.now())
  const { nextFate = () => random.weighted(WEIGHTS), answerMsMax = 4_000, lateMs = 120_000 } = options
  const closing = new AbortController()
  const daraja = createDaraja((push) => void answer(push, nextFate()))

  async function answer(push: Push, fate: Fate): Promise<void> {
    try {
      await sleep(answerMsMax * (0.25 + 0.75 * random.next()), undefined, { signal: closing.signal })
      push.result = fate === 'cancelled' ? CANCELLED_BY_USER : 0
      if (fate === 'lost') return
      if (fate === 'told-late') await sleep(lateMs, undefined, { signal: closing.signal })
      const told = { code: push.result, at: new Date(), receipt: receiptOf(push) }
      for (let time = 0; time < (fate === 'told-twice' ? 2 : 1); time++) await daraja.callBack(push, told)
    } catch {
      // Closed, or the API was not there: Safaricom tells once, and is asked about the rest.
    }
  }

  const server = await openLocalServer(daraja.serve)
  return {
    env: { MPESA_URL: server.url },
    async close() {
      closing.abort()
      await server.close()
    },
  }
}

/** Ten letters and digits, another one for each push. */
const receiptOf = ({ checkout }: Push) =>
  Number(checkout.split('_').at(-1)).toString(36).toUpperCase().padStart(10, 'S')
