import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { errorCodes, fieldName, problemDocument, RequestError } from './errors.ts'

test('README.md lists every code with its status, and no other', () => {
  const readme = readFileSync(join(import.meta.dirname, '..', 'README.md'), 'utf8')
  const documented = [...readme.matchAll(/^\| (\d{3}) \| `([a-z-]+)` \|/gm)].map((match) => `${match[1]} ${match[2]}`)
  const known = Object.entries(errorCodes).map(([code, { status }]) => `${status} ${code}`)
  expect(documented.toSorted()).toEqual(known.toSorted())
})

test('a refusal is a problem document', () => {
  expect(problemDocument(new RequestError('invalid-event', 'x: wrong', [{ field: 'x', message: 'wrong' }]))).toEqual({
    type: 'urn:loyalty-live:error:invalid-event',
    title: errorCodes['invalid-event'].title,
    status: 400,
    detail: 'x: wrong',
    code: 'invalid-event',
    errors: [{ field: 'x', message: 'wrong' }],
  })
  expect(problemDocument(new RequestError('route-not-found', 'no'))).not.toHaveProperty('errors')
})

test.each([
  [[3, 'data', 'newBalance'], '[3].data.newBalance'],
  [['heads', 0, 'tenant'], 'heads[0].tenant'],
  [['id'], 'id'],
  [[], ''],
])('the path %j is written %s', (path, name) => {
  expect(fieldName(path)).toBe(name)
})
