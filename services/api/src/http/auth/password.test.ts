import { expect, test } from 'vitest'
import { hashPassword, verifyPassword } from './password.ts'

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
