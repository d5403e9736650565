import { expect, test } from 'vitest'
import { csvLine } from './csv.ts'

test('a line is quoted where it must be', () => {
  expect(csvLine(['plain', 'one, two', 'say "hi"', 'two\nlines', null, '', 5])).toBe(
    'plain,"one, two","say ""hi""","two\nlines",,,5\r\n',
  )
})

test.each(['=1+1', '+44 7306', '-2', '@SUM(A1)', '\t=1', '\r=1', '=HYPERLINK("http://x","y")'])(
  '%j runs in no spreadsheet',
  (text) => {
    const line = csvLine([text])
    expect(line.startsWith("'") || line.startsWith(`"'`)).toBe(true)
    expect(line.replaceAll('""', '"')).toContain(text)
  },
)

test('an amount below zero stays a number', () => {
  expect(csvLine([-12.5])).toBe('-12.5\r\n')
})
