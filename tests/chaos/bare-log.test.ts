import { expect, test } from 'vitest'
import { checkBareLog, type BareNote } from './bare-log.ts'

const event = (seq: number, { epoch = 1, tenant = 'north' } = {}): BareNote => ({
  kind: 'event',
  tenant,
  epoch,
  seq,
  id: `event-${seq}`,
})
const ready = (cursor: number, head: number, recovered = true): BareNote => ({
  kind: 'ready',
  cursor: { epoch: 1, seq: cursor },
  head: { epoch: 1, seq: head },
  recovered,
})
const page = { name: 'bare', tenant: 'north' }
const before = { newest: { epoch: 1, seq: 2 }, promised: null }
const check = (...notes: BareNote[]) => checkBareLog(page, before, notes).breaches.map(({ kind }) => kind)

test('a bare client is found sound while events rise, holes that nobody promised to fill included', () => {
  expect(check(event(3), event(4), event(9), ready(9, 20, false), event(21), event(1, { epoch: 2 }))).toEqual([])
  expect(check(ready(2, 4), event(3), event(4), event(9), ready(9, 9), event(12))).toEqual([])
})

test('a server that remembers nothing may send again what an earlier socket has had', () => {
  expect(check(event(3), event(4), ready(4, 2, false), event(3), event(4), event(5))).toEqual([])
})

test('a replay that a new connection cuts short is not half a gap: it is promised anew', () => {
  expect(check(ready(2, 5), event(3), ready(3, 6), event(4), event(5), event(6))).toEqual([])
})

test.each([
  ['half a gap, at its beginning', 'lost', [ready(2, 5), event(4), event(5)]],
  ['half a gap, in its middle', 'lost', [ready(2, 5), event(3), event(5)]],
  ['half a gap, at its end', 'lost', [ready(2, 5), event(3), event(4), event(6)]],
  ['an event twice', 'doubled', [event(3), event(3)]],
  ['an event that it had before', 'doubled', [event(2)]],
  ['its last event again although it was recovered', 'doubled', [event(3), ready(3, 3), event(3)]],
  ['an older event after a newer one', 'reordered', [event(4), event(3)]],
  ['an event of an epoch that is over', 'reordered', [event(1, { epoch: 2 }), event(5)]],
  ['an event of another tenant', 'leaked', [event(3), event(3, { tenant: 'south' })]],
] as const)('it is found out when a bare client gets %s', (_, kind, notes) => {
  expect(check(...notes)).toEqual([kind])
})

test('it makes no difference where the notes are divided into checks', () => {
  const notes = [ready(2, 5), event(3), event(5), ready(5, 5), event(5), ready(5, 2, false), event(4), event(4)]
  const whole = check(...notes)
  expect(whole).toEqual(['lost', 'doubled', 'doubled'])
  for (let at = 0; at <= notes.length; at++) {
    const first = checkBareLog(page, before, notes.slice(0, at))
    const second = checkBareLog(page, first.after, notes.slice(at))
    expect([...first.breaches, ...second.breaches].map(({ kind }) => kind)).toEqual(whole)
  }
})
