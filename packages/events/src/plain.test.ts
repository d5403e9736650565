import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { z } from 'zod'
import { eventTypes, parseEvent } from './catalogue.ts'
import { anyEvent, type AnyEvent } from './envelope.ts'
import {
  readAnyEvent,
  readCatchUpPage,
  readConnectError,
  readEvent,
  readRefreshTokenAnswer,
  readServerMessage,
  type Read,
} from './plain.ts'
import { shapesModule } from './shapes-module.ts'
import { catchUpPage } from './wire/catch-up.ts'
import { connectError, refreshTokenAnswer, serverMessages } from './wire/socket.ts'

const fixture = (type: string): AnyEvent =>
  JSON.parse(readFileSync(join(import.meta.dirname, `../fixtures/${type}.v1.json`), 'utf8')) as AnyEvent

/** What a field may be, when it is not what it should be; and a few of what it may. */
const oddValue = fc.oneof(
  fc.constantFrom<unknown>(
    undefined,
    null,
    true,
    '',
    'demo',
    '1:42',
    '01:1',
    0,
    -1,
    0.5,
    1e300,
    [],
    {},
    'x'.repeat(501),
  ),
  fc.constantFrom('2026-02-29T00:00:00Z', '2024-02-29T00:00:00+01:00', '+447306506797', 'KES', 'redeem', 'staff'),
  fc.string(),
  fc.integer(),
  fc.uuid(),
)

/** Puts a value somewhere into a copy of a tree. */
function withOdd(tree: unknown, path: readonly number[], odd: unknown): unknown {
  if (typeof tree !== 'object' || tree === null || path.length === 0) return odd
  const names = Object.keys(tree)
  const name = names[path[0]! % names.length]
  if (name === undefined) return odd
  const changed = withOdd((tree as Record<string, unknown>)[name], path.slice(1), odd)
  return Array.isArray(tree) ? tree.with(Number(name), changed) : { ...tree, [name]: changed }
}

const expiresAt = '2026-11-21T09:00:00.000Z'
const samples: [name: string, schema: z.ZodType, read: (value: unknown) => Read<unknown>, samples: unknown[]][] = [
  ['an envelope', anyEvent, readAnyEvent, eventTypes.map(fixture)],
  ['ready', serverMessages.ready, readServerMessage.ready, [{ head: '1:4', recovered: true, expiresAt }]],
  ['head', serverMessages.head, readServerMessage.head, [{ head: '1:4' }, { head: null }]],
  ['token_expiring', serverMessages.token_expiring, readServerMessage.token_expiring, [{ expiresAt }]],
  ['conflated', serverMessages.conflated, readServerMessage.conflated, [{ from: '1:4', to: '1:9' }]],
  ['closing', serverMessages.closing, readServerMessage.closing, [{ code: 'draining' }]],
  ['connect_error', connectError, readConnectError, [{ code: 'draining', detail: 'going', retry: true }]],
  [
    'refresh_token_answer',
    refreshTokenAnswer,
    readRefreshTokenAnswer,
    [
      { ok: true, expiresAt },
      { ok: false, code: 'token-expired', detail: 'old' },
    ],
  ],
  [
    'a page',
    catchUpPage,
    readCatchUpPage,
    [{ events: [fixture('loyalty_updated')], cursor: '1:4', head: '1:9', reset: false }],
  ],
]

describe('the contract without zod', () => {
  test('shapes.ts is what the schemas say today (npm run generate)', () => {
    expect(readFileSync(join(import.meta.dirname, 'shapes.ts'), 'utf8')).toBe(shapesModule())
  })

  test.each(samples)('takes and refuses the same as the schema: %s', (_, schema, read, sound) => {
    for (const sample of sound) expect(read(sample)).toEqual({ ok: true, value: sample })
    fc.assert(
      fc.property(fc.constantFrom(...sound), fc.array(fc.nat(20), { maxLength: 5 }), oddValue, (sample, path, odd) => {
        const value = withOdd(sample, path, odd)
        expect(read(value).ok).toBe(schema.safeParse(value).success)
      }),
      { numRuns: 500 },
    )
  })

  test.each(eventTypes)('takes and refuses the same as the schema: the data of %s', (type) => {
    const sound = fixture(type)
    expect(readEvent(sound).kind).toBe('known')
    fc.assert(
      fc.property(fc.array(fc.nat(20), { maxLength: 3 }), oddValue, (path, odd) => {
        const event = { ...sound, data: withOdd(sound.data, path, odd) } as AnyEvent
        expect(readEvent(event).kind).toBe(parseEvent(event).kind)
      }),
      { numRuns: 500 },
    )
  })

  test('says where the fault is', () => {
    const event = fixture('loyalty_updated')
    const faulty = { ...event, data: { ...event.data, newBalance: 'many' } }
    expect(readEvent(faulty)).toEqual({ kind: 'invalid', fault: 'data.newBalance: must be of type integer' })
    expect(readEvent({ ...event, type: 'weather_changed' })).toEqual({ kind: 'unknown' })
    expect(readEvent({ ...event, version: 2 })).toEqual({ kind: 'unknown' })
  })
})
