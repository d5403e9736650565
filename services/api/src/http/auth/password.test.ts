import { expect, test } from 'vitest'
import { hashPassword, passwordChecker, verifyPassword } from './password.ts'

test('a password is verified by its own hash, and by no other', async () => {
  const hash = await hashPassword('correct horse')
  expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[^$]{22}\$[^$]{43}$/)
  expect(await verifyPassword('correct horse', hash)).toBe(true)
  expect(await verifyPassword('correct hors', hash)).toBe(false)
})

test('the same password never has the same hash', async () => {
  expect(await hashPassword('x')).not.toBe(await hashPassword('x'))
})

test('where there is no hash nothing fits', async () => {
  expect(await verifyPassword('', undefined)).toBe(false)
})

test('only so many are checked at once: one more is refused, and there is room again afterwards', async () => {
  const check = passwordChecker(3)
  const checks = Array.from({ length: 3 }, () => check('x', undefined))
  await expect(check('x', undefined)).rejects.toMatchObject({ code: 'overloaded' })
  expect(new Set(await Promise.all(checks))).toEqual(new Set([false]))
  expect(await check('x', undefined)).toBe(false)
})
