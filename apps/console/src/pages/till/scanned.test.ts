import { expect, test } from 'vitest'
import { readScanned } from './scanned.ts'

test.each([
  ['+447306506797', '+447306506797'],
  ['tel:+254712345678', '+254712345678'],
  ['TEL:+254712345678', '+254712345678'],
  [' 07306 506797\n', '07306 506797'],
  ['(020) 7946-0958', '(020) 7946-0958'],
])('%j says the phone number %s', (text, phone) => {
  expect(readScanned(text)).toEqual({ kind: 'phone', phone })
})

test.each([`${'aB3_-'.repeat(12)}wxyz`, ` ${'7'.repeat(64)}\n`])('%j is a customer’s own code', (text) => {
  expect(readScanned(text)).toEqual({ kind: 'customer', qr: text.trim() })
})

test.each([
  'https://example.com/123456',
  'hello',
  '',
  '12345',
  '++4473065',
  `+${'1'.repeat(60)}`,
  'tel:',
  'aB3_-'.repeat(12),
])('%j is nothing that the till knows', (text) => {
  expect(readScanned(text)).toEqual({ kind: 'unknown' })
})
