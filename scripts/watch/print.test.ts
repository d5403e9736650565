import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { eventTypes, parseEvent, type StreamEvent } from '@loyalty-live/events'
import { expect, test } from 'vitest'
import { describeEvent } from './describe.ts'
import { createPrinter } from './print.ts'

const FIXTURES = join(import.meta.dirname, '..', '..', 'packages', 'events', 'fixtures')

function fixture(type: string): StreamEvent {
  const parsed = parseEvent(JSON.parse(readFileSync(join(FIXTURES, `${type}.v1.json`), 'utf8')))
  if (parsed.kind !== 'known') throw new Error(`${type} cannot be read`)
  return parsed.event
}

test.each(eventTypes)('%s is put in a few words, with nothing missing', (type) => {
  const text = describeEvent(fixture(type))
  expect(text).not.toMatch(/undefined|null|\[object/)
  expect(text.length).toBeLessThan(160)
})

test('an event is printed with how old it was when it arrived', () => {
  const event = fixture('loyalty_updated')
  const now = () => new Date(Date.parse(event.timestamp) + 18)
  const lines: string[] = []
  createPrinter(false, (line) => lines.push(line), now).event(event)
  createPrinter(true, (line) => lines.push(line), now).event(event)
  expect(lines[0]).toContain(`   18 ms  ${String(event.seq).padStart(7)}  ${describeEvent(event)}`)
  expect(JSON.parse(lines[1]!)).toEqual({ kind: 'event', at: now().toISOString(), ageMs: 18, event })
})

test('a status is printed with its reason, if it has one', () => {
  const lines: string[] = []
  const printer = createPrinter(
    false,
    (line) => lines.push(line),
    () => new Date(0),
  )
  const since = new Date(0)
  printer.status({ state: 'live', since, lastConfirmedAt: since, reason: null })
  printer.status({ state: 'polling', since, lastConfirmedAt: since, reason: 'socket-closed' })
  expect(lines).toEqual(['00:00:00.000  ● live', '00:00:00.000  ◐ polling (socket-closed)'])
})
