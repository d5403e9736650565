import { pino } from 'pino'
import { expect, test } from 'vitest'
import { codeSender } from './code-sender.ts'

const message = { phone: '+447306506797', code: '123456', expiresAt: new Date() }

function logged() {
  const lines: string[] = []
  return { lines, logger: pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) }) }
}

test('in development the log shows the code', async () => {
  const { lines, logger } = logged()
  await codeSender({ production: false, customerCodeWebhook: null }, logger)(message)
  expect(lines.join('')).toContain('123456')
})

test('in production without a webhook no code is sent, nor logged, and the log says so at the start', async () => {
  const { lines, logger } = logged()
  const send = codeSender({ production: true, customerCodeWebhook: null }, logger)
  expect(lines.join('')).toContain('CUSTOMER_CODE_WEBHOOK_URL')
  await expect(send(message)).rejects.toMatchObject({ code: 'code-not-sent' })
  expect(lines.join('')).not.toContain('123456')
})
