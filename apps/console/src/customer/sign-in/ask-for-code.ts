import { NoAnswer, Refusal, request } from '../../api/http.ts'

/** What came of asking for a code. `limited`: by the phone's own limit, or by the address's. */
export type CodeAnswer =
  | { readonly kind: 'sent' | 'wrong-number' | 'not-sent' | 'no-answer' }
  | { readonly kind: 'limited'; readonly forSeconds: number | null }

/** Has a code sent to a phone. The answer is the same for a number that is known and one that is not. */
export async function askForCode(phone: string): Promise<CodeAnswer> {
  try {
    await request('/api/auth/customer/code', { method: 'POST', body: { phone } })
    return { kind: 'sent' }
  } catch (error) {
    if (error instanceof Refusal) return { kind: 'wrong-number' }
    if (!(error instanceof NoAnswer)) throw error
    if (error.status === 429) return { kind: 'limited', forSeconds: error.retryAfterSeconds }
    return { kind: error.status === 503 ? 'not-sent' : 'no-answer' }
  }
}
