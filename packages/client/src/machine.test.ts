import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  initialState,
  shownState,
  transition,
  type MachineInput,
  type MachineState,
  type ShownState,
} from './machine.ts'

type Socket = Extract<MachineState, { at: 'seeking' }>['socket']
type Rest = Extract<MachineState, { at: 'seeking' }>['rest']
/** Every state that there is, by name. */
type Row = Exclude<MachineState['at'], 'seeking'> | `${Socket} ${Rest}`

/** Where each input leads from each state. A state or an input that is added does not compile until its cells are filled. */
const table: Record<Row, Record<MachineInput, Row>> = {
  'down unknown': {
    started: 'down unknown',
    stopped: 'stopped',
    'socket-joined': 'joined unknown',
    'socket-lost': 'down unknown',
    'caught-up': 'down unknown',
    'fell-behind': 'down unknown',
    'rest-answered': 'down answering',
    'rest-failed': 'down failing',
    'token-refused': 'unauthorized',
  },
  'down answering': {
    started: 'down answering',
    stopped: 'stopped',
    'socket-joined': 'joined answering',
    'socket-lost': 'down answering',
    'caught-up': 'down answering',
    'fell-behind': 'down answering',
    'rest-answered': 'down answering',
    'rest-failed': 'down failing',
    'token-refused': 'unauthorized',
  },
  'down failing': {
    started: 'down failing',
    stopped: 'stopped',
    'socket-joined': 'joined failing',
    'socket-lost': 'down failing',
    'caught-up': 'down failing',
    'fell-behind': 'down failing',
    'rest-answered': 'down answering',
    'rest-failed': 'down failing',
    'token-refused': 'unauthorized',
  },
  'joined unknown': {
    started: 'joined unknown',
    stopped: 'stopped',
    'socket-joined': 'joined unknown',
    'socket-lost': 'down unknown',
    'caught-up': 'live',
    'fell-behind': 'joined unknown',
    'rest-answered': 'joined answering',
    'rest-failed': 'joined failing',
    'token-refused': 'unauthorized',
  },
  'joined answering': {
    started: 'joined answering',
    stopped: 'stopped',
    'socket-joined': 'joined answering',
    'socket-lost': 'down answering',
    'caught-up': 'live',
    'fell-behind': 'joined answering',
    'rest-answered': 'joined answering',
    'rest-failed': 'joined failing',
    'token-refused': 'unauthorized',
  },
  'joined failing': {
    started: 'joined failing',
    stopped: 'stopped',
    'socket-joined': 'joined failing',
    'socket-lost': 'down failing',
    'caught-up': 'live',
    'fell-behind': 'joined failing',
    'rest-answered': 'joined answering',
    'rest-failed': 'joined failing',
    'token-refused': 'unauthorized',
  },
  live: {
    started: 'live',
    stopped: 'stopped',
    'socket-joined': 'joined unknown',
    'socket-lost': 'down unknown',
    'caught-up': 'live',
    'fell-behind': 'joined unknown',
    'rest-answered': 'live',
    'rest-failed': 'live',
    'token-refused': 'unauthorized',
  },
  unauthorized: {
    started: 'down unknown',
    stopped: 'stopped',
    'socket-joined': 'unauthorized',
    'socket-lost': 'unauthorized',
    'caught-up': 'unauthorized',
    'fell-behind': 'unauthorized',
    'rest-answered': 'unauthorized',
    'rest-failed': 'unauthorized',
    'token-refused': 'unauthorized',
  },
  stopped: {
    started: 'down unknown',
    stopped: 'stopped',
    'socket-joined': 'stopped',
    'socket-lost': 'stopped',
    'caught-up': 'stopped',
    'fell-behind': 'stopped',
    'rest-answered': 'stopped',
    'rest-failed': 'stopped',
    'token-refused': 'stopped',
  },
}

const shown: Record<Row, ShownState> = {
  'down unknown': 'connecting',
  'joined unknown': 'connecting',
  'down answering': 'polling',
  'joined answering': 'polling',
  'down failing': 'offline',
  'joined failing': 'offline',
  live: 'live',
  unauthorized: 'unauthorized',
  stopped: 'offline',
}

const rows = Object.keys(table) as Row[]
const inputs = Object.keys(table.live) as MachineInput[]

function stateOf(row: Row): MachineState {
  if (row === 'live' || row === 'unauthorized' || row === 'stopped') return { at: row }
  const [socket, rest] = row.split(' ') as [Socket, Rest]
  return { at: 'seeking', socket, rest }
}

describe('status machine', () => {
  test.each(rows.flatMap((row) => inputs.map((input) => [row, input, table[row][input]] as const)))(
    '%s, %s → %s',
    (row, input, next) => {
      expect(transition(stateOf(row), input)).toEqual(stateOf(next))
    },
  )

  test.each(Object.entries(shown) as [Row, ShownState][])('%s is shown as %s', (row, state) => {
    expect(shownState(stateOf(row))).toBe(state)
  })

  test('begins with nothing known', () => {
    expect(initialState).toEqual(stateOf('down unknown'))
  })

  test('SPEC.md has the same table', () => {
    const spec = readFileSync(join(import.meta.dirname, '..', 'SPEC.md'), 'utf8')
    const written = readTable(spec, '## Status')
    expect(Object.keys(written)).toEqual(rows)
    for (const row of rows) {
      const expected = Object.fromEntries(
        inputs.map((input) => [input, table[row][input] === row ? '·' : table[row][input]]),
      )
      expect(written[row], row).toEqual({ 'shown as': shown[row], ...expected })
    }
  })
})

/** The first table after a heading: by row, then by column. */
function readTable(text: string, heading: string): Record<string, Record<string, string>> {
  const lines = text.slice(text.indexOf(heading)).split('\n')
  const first = lines.findIndex((line) => line.startsWith('|'))
  const last = lines.findIndex((line, index) => index > first && !line.startsWith('|'))
  const cells = lines.slice(first, last).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll('`', '')),
  )
  const [columns, , ...body] = cells
  return Object.fromEntries(
    body.map(([row, ...values]) => [row!, Object.fromEntries(values.map((value, i) => [columns![i + 1]!, value]))]),
  )
}
