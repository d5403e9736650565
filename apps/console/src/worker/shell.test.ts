import { expect, test } from 'vitest'
import { kindOf, sideOf, staleCaches } from './shell.ts'

const ORIGIN = 'https://shop.example'

test.each([
  ['GET', 'cors', '/assets/index-abc.js', 'asset'],
  ['GET', 'navigate', '/demo/admin/customers', 'page'],
  ['GET', 'navigate', '/', 'page'],
  ['GET', 'cors', '/api/admin/customers', 'other'],
  ['GET', 'navigate', '/api/admin/customers', 'other'],
  ['POST', 'cors', '/api/loyalty/phone-lookup', 'other'],
  ['POST', 'navigate', '/', 'other'],
  ['GET', 'cors', '/openapi.json', 'other'],
  ['GET', 'cors', 'https://live.example/assets/x.js', 'other'],
] as const)('%s by %s of %s is %s', (method, mode, path, kind) => {
  expect(kindOf(method, mode, new URL(path, ORIGIN), ORIGIN)).toBe(kind)
})

test.each([
  ['/cards', 'customer'],
  ['/cards/', 'customer'],
  ['/cards/sign-in', 'customer'],
  ['/cards/0199f000-0000-7000-8000-00000000ffff', 'customer'],
  ['/notifications', 'customer'],
  ['/qr', 'customer'],
  ['/', 'console'],
  ['/sign-in', 'console'],
  ['/demo/admin/customers', 'console'],
  ['/cards/admin', 'console'],
  ['/qr/admin/customers', 'console'],
] as const)('%s is of the side of the %s', (path, side) => {
  expect(sideOf(path)).toBe(side)
})

test('the version before stays, for a page of it that is still open; what is older goes, and nothing of others', () => {
  expect(staleCaches(['shell-1', 'theirs', 'shell-2', 'shell-3'], 'shell-3')).toEqual(['shell-1'])
  expect(staleCaches(['shell-1', 'shell-2'], 'shell-2')).toEqual([])
  expect(staleCaches(['shell-2'], 'shell-2')).toEqual([])
})

test('going back to the version before keeps the one that was left', () => {
  expect(staleCaches(['shell-1', 'shell-2'], 'shell-1')).toEqual([])
})
