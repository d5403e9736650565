import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT, securityDocument, tableUnder } from './document.ts'

/** Files that a text names in backquotes, by their path from the root. */
const filesIn = (text: string): string[] =>
  [...text.matchAll(/`((?:tests|services|packages|docs|scripts)\/[^`\s]+\.(?:ts|md|sql))`/g)].map(([, file]) => file!)

test('every file that docs/security.md names is there', () => {
  const files = filesIn(securityDocument)
  expect(files.length).toBeGreaterThan(20)
  expect(files.filter((file) => !existsSync(join(ROOT, file)))).toEqual([])
})

test('every threat has a mitigation and a test that would see it fail', () => {
  const threats = tableUnder('Threats')
  expect(threats.length).toBeGreaterThan(15)
  for (const [threat, mitigation, tests] of threats) {
    expect(mitigation!.length, threat).toBeGreaterThan(10)
    expect(filesIn(tests!.replaceAll(/[\w./-]+\.ts/g, '`$&`')), threat).not.toEqual([])
  }
})
