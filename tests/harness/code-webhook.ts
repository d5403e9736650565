import { openCodeWebhook, type CodeWebhook as OpenWebhook, type SentCode } from '../../scripts/codes/webhook.ts'

/** Whoever sends customers their codes: takes what is signed, and lets tests read the phones. */
export type CodeWebhook = OpenWebhook & {
  /** Codes that were sent to a phone, the last one last. */
  codesFor(phone: string): string[]
  /** Status that it answers with from now on. */
  answerWith(status: number): void
}

export async function startCodeWebhook(): Promise<CodeWebhook> {
  const sent: SentCode[] = []
  let status = 204
  const webhook = await openCodeWebhook((code) => {
    sent.push(code)
    return status
  })
  return {
    ...webhook,
    codesFor: (phone) => sent.filter((each) => each.phone === phone).map(({ code }) => code),
    answerWith: (next) => void (status = next),
  }
}
