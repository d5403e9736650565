import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { eventSchema, eventTypes, type EventType } from '@loyalty-live/events'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { quickCheck } from './quick-check.ts'

const fixtures = join(import.meta.dirname, '../../../packages/events/fixtures')
const fixture = (type: EventType): Record<string, unknown> =>
  JSON.parse(readFileSync(join(fixtures, `${type}.v1.json`), 'utf8'))

describe.each(eventTypes)('%s', (type) => {
  const schema = eventSchema(type)
  const check = quickCheck(schema)!

  test('is recognised, unknown fields included', () => {
    expect(check(fixture(type))).toBe(true)
    expect(check({ ...fixture(type), added: { later: 1 } })).toBe(true)
  })

  test('is never accepted where the schema refuses it, nor read as anything but what it is', () => {
    const paths = pathsOf(fixture(type))
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom(...paths), replacement), { maxLength: 3 }), (changes) => {
        const event = structuredClone(fixture(type))
        for (const [path, value] of changes) replaceAt(event, path, value)
        if (check(event)) expect(schema.safeParse(event)).toEqual({ success: true, data: event })
      }),
      { numRuns: 1500 },
    )
  })

  test('is refused by both for each field that is missing or of another kind', () => {
    for (const path of pathsOf(fixture(type))) {
      for (const value of [GONE, null, 1.5, -1, 0, '', 'x', '2026-02-30T00:00:00Z', true, [], {}]) {
        const event = structuredClone(fixture(type))
        replaceAt(event, path, value)
        expect(check(event), `${path.join('.')} = ${JSON.stringify(value)}`).toBe(schema.safeParse(event).success)
      }
    }
  })
})

describe('what it cannot vouch for is left to the schema', () => {
  test.each([
    ['a refinement', z.looseObject({ a: z.string().refine((text) => text !== 'x') })],
    ['a refinement of the whole', z.looseObject({ a: z.string() }).refine(() => false)],
    ['a transformation', z.looseObject({ a: z.string().transform(Number) })],
    ['a coercion', z.looseObject({ a: z.coerce.number() })],
    ['a default', z.looseObject({ a: z.string().default('x') })],
    ['trimming', z.looseObject({ a: z.string().trim() })],
    ['a format that is more than its pattern', z.looseObject({ a: z.ipv6() })],
    ['a pattern that remembers where it stopped', z.looseObject({ a: z.string().regex(/x/g) })],
    ['a multiple', z.looseObject({ a: z.number().multipleOf(2) })],
    ['an object that drops unknown fields', z.object({ a: z.string() })],
    ['an object that refuses unknown fields', z.strictObject({ a: z.string() })],
    ['an array', z.looseObject({ a: z.array(z.string()) })],
  ])('%s', (_, schema) => {
    expect(quickCheck(schema)).toBeNull()
  })

  test('a text whose characters are not the units of its length', () => {
    const schema = z.string().min(2).max(3)
    const check = quickCheck(schema)!
    for (const text of ['', 'a', 'ab', 'abc', 'abcd', '𝄞', '𝄞𝄞', '𝄞𝄞𝄞', '𝄞𝄞𝄞𝄞']) {
      if (check(text)) expect(schema.safeParse(text).success).toBe(true)
    }
    expect(check('abc')).toBe(true)
    expect(schema.safeParse('𝄞').success).toBe(false)
    expect(check('𝄞')).toBe(false)
  })

  test('a number that is not finite', () => {
    expect(quickCheck(z.number())!(JSON.parse('1e999'))).toBe(false)
  })
})

const GONE = Symbol('gone')

/** What JSON can hold, and the kinds of values that the schemas know. */
const replacement = fc.oneof(
  fc.constant(GONE),
  fc.jsonValue({ maxDepth: 2 }),
  fc.string({ unit: 'grapheme', maxLength: 300 }),
  fc.uuid(),
  fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
  fc.integer(),
  fc.constantFrom(...eventTypes, 'redeem', 'pending', 'approved', '+447306506797', 'KES', 1, 0, 2 ** 53, Infinity),
)

type Path = readonly string[]

function pathsOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path]
  const below = Object.entries(value).flatMap(([name, inner]) => pathsOf(inner, [...path, name]))
  return path.length === 0 ? below : [path, ...below]
}

/** Nothing happens when an earlier change took away what the path leads through. */
function replaceAt(event: Record<string, unknown>, path: Path, value: unknown): void {
  let parent: unknown = event
  for (const name of path.slice(0, -1)) parent = (parent as Record<string, unknown> | null)?.[name]
  if (typeof parent !== 'object' || parent === null) return
  if (value === GONE) delete (parent as Record<string, unknown>)[path.at(-1)!]
  else (parent as Record<string, unknown>)[path.at(-1)!] = value
}
