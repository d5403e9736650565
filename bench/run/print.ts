import { isMet, type Cell, type Findings, type Table, type Verdict } from './part.ts'

/** Findings as a person reads them: Markdown, so that they can be pasted into docs/performance.md. */
export function findingsText({ tables, verdicts, notes }: Findings): string {
  const parts = tables.map(tableText)
  if (verdicts.length > 0) parts.push(tableText(verdictTable(verdicts)))
  if (notes.length > 0) parts.push(notes.map((note) => `- ${note}`).join('\n'))
  return parts.join('\n\n')
}

function verdictTable(verdicts: readonly Verdict[]): Table {
  return {
    title: 'Against the targets',
    columns: ['', 'measured', 'target', ''],
    rows: verdicts.map((verdict) => [
      verdict.claim,
      verdict.value,
      `${verdict.must === 'reach' ? '≥' : '≤'} ${figureText(verdict.target)}`,
      { true: 'met', false: 'NOT MET', null: 'not measured' }[String(isMet(verdict)) as 'true' | 'false' | 'null'],
    ]),
  }
}

/** A Markdown table whose columns also line up in a terminal. */
export function tableText({ title, columns, rows }: Table): string {
  const cells = [columns, ...rows].map((row) => row.map(cellText))
  const widths = columns.map((_, column) => Math.max(3, ...cells.map((row) => row[column]!.length)))
  const isNumber = columns.map((_, column) => rows.some((row) => typeof row[column] === 'number'))
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, column) => (isNumber[column] ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!))).join(' | ')} |`
  const rule = `|${widths.map((width, column) => `${'-'.repeat(width + 1)}${isNumber[column] ? ':' : '-'}`).join('|')}|`
  return [`### ${title}`, '', line(cells[0]!), rule, ...cells.slice(1).map(line)].join('\n')
}

const cellText = (cell: Cell): string => (cell === null ? '–' : typeof cell === 'number' ? figureText(cell) : cell)

/** Three digits that mean something, and no more: the rest is noise. */
export function figureText(value: number): string {
  if (!Number.isFinite(value)) return '–'
  const decimals =
    Math.abs(value) >= 100 || value === 0 ? 0 : Math.abs(value) >= 10 ? 1 : Math.abs(value) >= 0.1 ? 2 : 3
  return value.toLocaleString('en-US', { minimumFractionDigits: decimals, maximumFractionDigits: decimals })
}
