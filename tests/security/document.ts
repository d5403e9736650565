import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export const ROOT = join(import.meta.dirname, '../..')

/** docs/security.md, whose tables these tests hold the product to: what is written there is what is so. */
export const securityDocument = readFileSync(join(ROOT, 'docs/security.md'), 'utf8')

/** The rows of the table under a heading, as trimmed cells without their backquotes; the heads of the columns are left out. */
export function tableUnder(heading: string): string[][] {
  const section = securityDocument.split(/^## /m).find((each) => each.startsWith(`${heading}\n`))
  if (section === undefined) throw new Error(`docs/security.md has no heading "${heading}"`)
  return section
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .slice(2)
    .map((line) =>
      line
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim().replaceAll('`', '')),
    )
}
