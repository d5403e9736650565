import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { eventTypes } from '@loyalty-live/events'
import { describe, expect, test } from 'vitest'
import { RequestError } from './errors.ts'
import { packetText } from './frame.ts'
import { readEvents } from './incoming.ts'

const fixtures = join(import.meta.dirname, '../../../packages/events/fixtures')
const fixture = (type: string) => readFileSync(join(fixtures, `${type}.v1.json`), 'utf8').trim()
const event = (changes: object = {}): Record<string, unknown> => ({
  ...(JSON.parse(fixture('loyalty_updated')) as object),
  ...changes,
})

const read = (body: unknown, ...extraTypes: string[]) =>
  readEvents(Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)), new Set(extraTypes))

function refusalOf(body: unknown, ...extraTypes: string[]): RequestError {
  try {
    read(body, ...extraTypes)
  } catch (error) {
    if (error instanceof RequestError) return error
    throw error
  }
  throw new Error('it was taken')
}

describe('what goes out', () => {
  test.each(eventTypes)('%s keeps every byte of its text', (type) => {
    const text = fixture(type)
    expect(packetText(read(text)[0]!.frame)).toBe(`2["${type}",${text}]`)
  })

  test('unknown fields, spelling of numbers and order of keys survive in an array too', () => {
    const odd = fixture('loyalty_updated').replace('"data": {', '"zz": [1.50, 12345678901234567890], "data": {"0": 1, ')
    const events = read(`[ ${odd} ,\n ${fixture('qr_scanned')} ]`)
    expect(events.map(({ frame }) => packetText(frame))).toEqual([
      `2["loyalty_updated",${odd}]`,
      `2["qr_scanned",${fixture('qr_scanned')}]`,
    ])
  })
})

describe('what is told about it', () => {
  test('place, customer and commit time', () => {
    const { id, tenant, epoch, seq, timestamp, data } = event()
    expect(read(event())[0]).toMatchObject({
      id,
      tenant,
      epoch,
      seq,
      customerId: (data as { customerId: string }).customerId,
      committedAtMs: Date.parse(timestamp as string),
      frame: { event: { epoch, seq } },
    })
  })

  test.each(eventTypes)('%s goes to its customer only where the catalogue says so', (type) => {
    const toCustomer = !['member_updated', 'payment_recorded', 'booking_updated', 'program_updated'].includes(type)
    expect(read(fixture(type))[0]!.customerId !== null).toBe(toCustomer)
  })

  test('the newest of a record supersedes: each record has its own key', () => {
    const keys = readdirSync(fixtures).map((file) => read(fixture(file.split('.')[0]!))[0]!.frame.event!.key)
    expect(keys.filter((key) => key === null)).toHaveLength(2) // scans and notices are each their own
    expect(new Set(keys.filter((key) => key !== null)).size).toBe(eventTypes.length - 2)
    expect(keys).toContain(`loyalty_updated ${(event()['data'] as { cardId: string }).cardId}`)
  })
})

describe('refusals', () => {
  test('name each field, with its place in the array', () => {
    const wrong = event({ seq: 0, data: { ...(event()['data'] as object), newBalance: 'x' } })
    const refusal = refusalOf([event(), wrong])
    expect(refusal.code).toBe('invalid-event')
    expect(refusal.faults.map(({ field }) => field).toSorted()).toEqual(['[1].data.newBalance', '[1].seq'])
    expect(refusal.message).toMatch(/^\[1\]\./)
  })

  test('of a single event name the field alone', () => {
    expect(refusalOf(event({ tenant: 'No Tenant' })).faults[0]!.field).toBe('tenant')
  })

  test('an unknown type and an unknown version are named', () => {
    expect(refusalOf([event({ type: 'table_freed' })]).faults).toMatchObject([{ field: '[0].type' }])
    expect(refusalOf(event({ version: 2 })).faults).toMatchObject([{ field: 'version' }])
  })

  test('a type that was configured needs a sound envelope and nothing more, and goes to the tenant only', () => {
    const freed = event({ type: 'table_freed', version: 7, data: { customerId: 'c', table: 4 } })
    expect(read(freed, 'table_freed')[0]).toMatchObject({ customerId: null, frame: { event: { key: null } } })
    expect(refusalOf({ ...freed, actor: null }, 'table_freed').faults).toMatchObject([{ field: 'actor' }])
  })

  test('a known version is needed also when some types are configured', () => {
    expect(refusalOf(event({ version: 2 }), 'table_freed').faults).toMatchObject([{ field: 'version' }])
  })

  test('are bounded', () => {
    expect(refusalOf(Array.from({ length: 500 }, () => ({}))).faults).toHaveLength(20)
  })

  test.each([
    ['', 'malformed-json'],
    ['{', 'malformed-json'],
    ['\u{feff}{}', 'malformed-json'],
    ['[]', 'invalid-request'],
    ['null', 'invalid-event'],
    ['7', 'invalid-event'],
    ['[[]]', 'invalid-event'],
    ['[null]', 'invalid-event'],
  ])('%j is %s', (body, code) => {
    expect(refusalOf(body).code).toBe(code)
  })

  test('501 events are too many, 500 are not', () => {
    expect(refusalOf(Array.from({ length: 501 }, () => event())).code).toBe('invalid-request')
    expect(read(Array.from({ length: 500 }, () => event()))).toHaveLength(500)
  })

  test('bytes that are not UTF-8 would close every socket that got them', () => {
    const body = Buffer.from(JSON.stringify(event({ trace: 'é' })), 'latin1')
    expect(() => readEvents(body, new Set())).toThrow('not UTF-8')
  })

  test('deep nesting is no way to bring it down', () => {
    expect(refusalOf('['.repeat(500_000)).code).toBe('malformed-json')
    const deep = `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`
    expect(read(JSON.stringify(event()).replace('"data":{', `"data":{"deep":${deep},`))).toHaveLength(1)
  })
})
