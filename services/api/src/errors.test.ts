import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { errorCodes } from './errors.ts'

const page = readFileSync(join(import.meta.dirname, '../../../docs/errors.md'), 'utf8')
const section = page.split('## REST API')[1]!.split('\n## ')[0]!
const rows = [...section.matchAll(/^\| `([a-z-]+)` \| (\d{3}) \| (yes|no) \| (.+) \|$/gm)]

test('docs/errors.md lists exactly the codes that there are, with their status and whether a retry can help', () => {
  const documented = rows.map(([, code, status, retry]) => `${code} ${status} ${retry}`)
  const actual = Object.entries(errorCodes).map(
    ([code, { status, retry }]) => `${code} ${status} ${retry ? 'yes' : 'no'}`,
  )
  expect(documented.toSorted()).toEqual(actual.toSorted())
})

test('each of them says in words when it happens and what to do', () => {
  for (const [, code, , , words] of rows) expect(words!.length, code).toBeGreaterThan(30)
})
