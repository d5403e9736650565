import type { Random } from '../../scripts/random.ts'
import type { EngagementBook } from './engagement-book.ts'
import { createPersistence, type Persistence } from './persistence.ts'

export type CustomerOptions = {
  readonly apiUrl: string
  readonly getToken: () => Promise<string>
  readonly book: EngagementBook
  readonly random: Random
  readonly closing: AbortSignal
}

/** A customer with a telephone in each hand: says yes, no, yes twice, or yes and no at once. */
export type Customer = Pick<Persistence, 'pause'> & {
  /** A code to show at a till; null when there is none to be had. */
  showQr(): Promise<string | null>
  /** Answers what is open, or lets it be for now. */
  decideAll(): Promise<void>
}

type Notification = {
  readonly id: string
  readonly tenant: string
  readonly kind: string
  readonly status: string | null
}

const FINAL = [200, 404, 409, 422]
const WORDS = {
  accept: 40,
  decline: 20,
  'accept accept': 15,
  'accept decline': 15,
  '': 10,
} as const

export function createCustomer({ apiUrl, getToken, book, random, closing }: CustomerOptions): Customer {
  const persistence = createPersistence({
    apiUrl,
    signIn: getToken,
    random,
    closing,
    final: FINAL,
    report: (breach) => book.report(breach),
  })

  async function read<T>(path: string): Promise<T | null> {
    const answer = await persistence.perform({ method: 'GET', path })
    return answer?.status === 200 ? (JSON.parse(answer.text) as T) : null
  }

  async function decide({ id, tenant }: Notification): Promise<void> {
    const words = random.weighted(WORDS).split(' ').filter(Boolean)
    await Promise.all(
      words.map(async (word) => {
        const path = `/api/me/notifications/${id}/${word}`
        const answer = await persistence.perform({ method: 'POST', path })
        if (answer) book.decision(tenant, path, answer)
      }),
    )
  }

  return {
    pause: persistence.pause,
    showQr: async () => (await read<{ qr: string }>('/api/me/qr'))?.qr ?? null,
    async decideAll() {
      const page = await read<{ items: Notification[] }>('/api/me/notifications?unread=true')
      const open = page?.items.filter(({ kind, status }) => kind.endsWith('_request') && status === 'pending') ?? []
      for (const question of open) await decide(question)
    },
  }
}
