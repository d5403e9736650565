import type { CardReport, CustomerReport, EntryReport } from './card-report.ts'
import type { Finding, Row } from './audit.ts'

const NAME_WIDTH = 36

/** A check that was run: its name, how it went, and the first rows for which it does not hold. */
export function findingText({ check, breaches, first, ms }: Finding): string {
  const took = `${Math.round(ms).toLocaleString('en')} ms`.padStart(9)
  if (breaches === 0) return `  OK      ${check.name.padEnd(NAME_WIDTH)}${took}`
  const shown = first.map((row) => `            ${rowText(row)}`)
  const more =
    breaches > first.length ? [`            … and ${(breaches - first.length).toLocaleString('en')} more`] : []
  return [
    `  BREACH  ${check.name.padEnd(NAME_WIDTH)}${took}`,
    `          not so: ${check.claim}`,
    ...shown,
    ...more,
  ].join('\n')
}

/** A customer's cards, line by line, each with its verdict; and whether all of them are sound. */
export function reportText({ customer, tenant, cards }: CustomerReport): { text: string; sound: boolean } {
  const lines = [`${customer.name}  ${customer.phone}  ${customer.vip ? 'VIP ' : ''}of ${tenant.name} (${tenant.id})`]
  let sound = true
  for (const card of cards) {
    const verdicts = [...card.figures.map(figureLine), ...card.entries.map(entryLine)]
    sound &&= verdicts.every(([holds]) => holds)
    const text = verdicts.map(([holds, line]) => `  ${holds ? 'OK    ' : 'BREACH'}  ${line}`)
    const { length } = card.figures
    lines.push(
      '',
      `${card.program}, card ${card.card}`,
      ...text.slice(0, length),
      `  the last ${card.entries.length} of ${card.entryCount} entries, newest first:`,
      ...text.slice(length),
    )
  }
  return { text: lines.join('\n'), sound }
}

type Verdict = readonly [holds: boolean, line: string]

function figureLine({ name, card, sum, last }: CardReport['figures'][number]): Verdict {
  const added = name === 'version' ? 'number of entries' : 'sum of entries'
  const line = `${name.padEnd(9)}${String(card).padStart(8)}   ${added} ${sum}   last entry says ${last ?? 'nothing'}`
  return [card === sum && card === last, line]
}

function entryLine(entry: EntryReport): Verdict {
  const { seq, at, type, points, balanceAfter, actor } = entry
  const change = `${signed(points).padStart(8)} → ${String(balanceAfter).padEnd(8)}`
  return [
    entry.agrees || (entry.event === null && entry.pastRetention),
    `${at.toISOString()}  ${type.padEnd(8)}${change}  by ${actor};  ${eventText(seq, entry)}`,
  ]
}

function eventText(seq: number, { event, agrees, delivered, pastRetention }: EntryReport): string {
  if (event === null) return pastRetention ? `event ${seq} is past retention` : `there is no event ${seq}`
  const says =
    event.newBalance === null
      ? `is ${event.type}`
      : `says ${signed(event.pointsChange ?? 0)} → ${event.newBalance}${agrees ? '' : ', not the same as the entry'}`
  return `event ${seq} ${says}, ${delivered ? 'delivered' : 'not delivered yet'}`
}

const signed = (points: number) => (points < 0 ? `−${-points}` : `+${points}`)

const rowText = (row: Row) =>
  Object.entries(row)
    .map(([name, value]) => `${name} ${String(value)}`)
    .join(', ')
