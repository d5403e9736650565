import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { catalogue, eventTypes, parseEvent } from './catalogue.ts'

const folder = join(import.meta.dirname, '..', 'fixtures')
const fixture = (name: string): Record<string, unknown> => JSON.parse(readFileSync(join(folder, name), 'utf8'))

describe('event catalogue', () => {
  test('every version that was ever written has a fixture, and every fixture a version', () => {
    const versions = eventTypes.flatMap((type) =>
      Object.keys(catalogue[type].versions).map((version) => `${type}.v${version}.json`),
    )
    expect(readdirSync(folder).toSorted()).toEqual(versions.toSorted())
  })

  test.each(readdirSync(folder))('%s is still read, and nothing in it is lost', (name) => {
    const parsed = parseEvent(fixture(name))
    expect(parsed).toEqual({ kind: 'known', event: fixture(name) })
  })

  test('fields that a later build adds survive an older reader', () => {
    const event = fixture('loyalty_updated.v1.json')
    const later = { ...event, trace: 'abc', data: { ...(event['data'] as object), tier: 'gold' } }
    expect(parseEvent(later)).toEqual({ kind: 'known', event: later })
  })

  test('an unknown type or version with a sound envelope is told apart from a faulty event', () => {
    const event = fixture('loyalty_updated.v1.json')
    expect(parseEvent({ ...event, type: 'table_freed' }).kind).toBe('unknown')
    expect(parseEvent({ ...event, version: 2 }).kind).toBe('unknown')
    expect(parseEvent({ ...event, type: 'Table Freed' }).kind).toBe('invalid')
  })

  test.each(Object.keys(fixture('loyalty_updated.v1.json')))(
    'without %s an event is refused, and the fault names it',
    (key) => {
      const { [key]: _, ...rest } = fixture('loyalty_updated.v1.json')
      const parsed = parseEvent(rest)
      expect(parsed.kind).toBe('invalid')
      if (parsed.kind === 'invalid') expect(parsed.issues.map((issue) => issue.path[0])).toContain(key)
    },
  )

  test.each([null, undefined, 1, 'x', [], {}])('%j is not an event', (input) => {
    expect(parseEvent(input).kind).toBe('invalid')
  })

  test('a loyalty_updated event stays small', () => {
    const bytes = Buffer.byteLength(JSON.stringify(fixture('loyalty_updated.v1.json')))
    expect(bytes).toBeLessThan(900)
  })
})
