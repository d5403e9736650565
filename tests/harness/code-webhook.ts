import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Webhook } from 'standardwebhooks'

/** Whoever sends customers their codes: takes what is signed, and lets tests read the phones. */
export type CodeWebhook = {
  /** What the API needs to be told of it. */
  readonly env: Record<string, string>
  /** Codes that were sent to a phone, the last one last. */
  codesFor(phone: string): string[]
  /** Status that it answers with from now on. */
  answerWith(status: number): void
  close(): Promise<void>
}

export async function startCodeWebhook(): Promise<CodeWebhook> {
  const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
  const webhook = new Webhook(secret)
  const sent: { phone: string; code: string }[] = []
  let status = 204
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (text: string) => (body += text))
    request.on('end', () => {
      sent.push(webhook.verify(body, request.headers as Record<string, string>) as (typeof sent)[number])
      response.writeHead(status).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    env: { CUSTOMER_CODE_WEBHOOK_URL: `http://127.0.0.1:${port}/codes`, CUSTOMER_CODE_WEBHOOK_SECRET: secret },
    codesFor: (phone) => sent.filter((each) => each.phone === phone).map(({ code }) => code),
    answerWith: (next) => void (status = next),
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
