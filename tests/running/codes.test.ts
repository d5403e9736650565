import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { expect, onTestFinished, test } from 'vitest'
import { codeReader, openCodeDesk } from '../../scripts/codes/desk.ts'
import { codeSender } from '../../services/api/src/sign-in/code-sender.ts'

const PHONE = '+447306506797'
const expiresAt = new Date()

test('codes that the API signed come to the desk of a development platform, which nobody else can read or write to', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'loyalty-codes-'))
  onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }))
  const told: string[] = []
  const desk = await openCodeDesk(dataDir, (line) => told.push(line))
  const url = desk.env['CUSTOMER_CODE_WEBHOOK_URL']!
  const secret = desk.env['CUSTOMER_CODE_WEBHOOK_SECRET']!
  const send = codeSender({ production: true, customerCodeWebhook: { url, secret } }, pino({ level: 'silent' }))
  const read = codeReader(dataDir)

  expect(() => read(PHONE)).toThrow(/no code for \+447306506797 came/)
  await send({ phone: PHONE, code: '111111', expiresAt })
  await send({ phone: '+254712345678', code: '222222', expiresAt })
  await send({ phone: PHONE, code: '333333', expiresAt })
  expect(read(PHONE)).toBe('333333')
  expect(told.at(-1)).toBe('one-time code of +447306506797: 333333')
  expect(statSync(join(dataDir, 'codes.json')).mode & 0o777).toBe(0o600)

  const forged = await fetch(url, { method: 'POST', body: JSON.stringify({ phone: PHONE, code: '444444' }) })
  expect(forged.status).toBe(401)
  expect(read(PHONE)).toBe('333333')
  await desk.close()
  expect(existsSync(join(dataDir, 'codes.json'))).toBe(false)
})
