import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { Ajv, type AnySchema } from 'ajv'
import formats from 'ajv-formats'
import { describe, expect, test } from 'vitest'
import { asyncApiDocument } from './asyncapi.ts'
import { eventTypes } from './catalogue.ts'
import { generatedFiles } from './generated-files.ts'
import { serverMessages } from './wire/socket.ts'

const require = createRequire(import.meta.url)
const root = join(import.meta.dirname, '..')

function validator(schema: AnySchema) {
  const ajv = new Ajv({ strict: false, allErrors: true })
  formats.default(ajv)
  return ajv.compile(schema)
}

describe('generated contract', () => {
  test('files in generated/ are what the schemas say today (npm run generate)', () => {
    const onDisk = new Map(
      readdirSync(join(root, 'generated')).map((name) => [name, readFileSync(join(root, 'generated', name), 'utf8')]),
    )
    const expected = generatedFiles()
    expect([...onDisk.keys()].toSorted()).toEqual([...expected.keys()].toSorted())
    for (const [name, text] of expected) expect(onDisk.get(name), name).toBe(text)
  })

  test.each(eventTypes)('the JSON Schema of %s accepts its fixture and refuses one without data', (type) => {
    const schema = JSON.parse(readFileSync(join(root, 'generated', `${type}.v1.schema.json`), 'utf8'))
    const event = JSON.parse(readFileSync(join(root, 'fixtures', `${type}.v1.json`), 'utf8'))
    const validate = validator(schema)
    expect(validate(event), JSON.stringify(validate.errors)).toBe(true)
    expect(validate({ ...event, data: undefined })).toBe(false)
  })
})

describe('AsyncAPI document', () => {
  const document = asyncApiDocument('https://realtime.example:9443')

  test('is valid AsyncAPI 3.0', () => {
    const validate = validator(require('@asyncapi/specs/schemas/3.0.0-without-$id.json'))
    void validate(document)
    expect(validate.errors ?? []).toEqual([])
  })

  test('every reference in it leads somewhere', () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map((match) => match[1]!)
    expect(references.length).toBeGreaterThan(20)
    for (const reference of references) {
      const target = reference.split('/').reduce<unknown>((at, key) => (at as Record<string, unknown>)?.[key], document)
      expect(target, reference).toBeDefined()
    }
  })

  test('tells of every event type and every message of the server', () => {
    const names = Object.keys((document as { components: { messages: object } }).components.messages)
    expect(names).toEqual(expect.arrayContaining([...eventTypes, ...Object.keys(serverMessages)]))
  })

  test('keeps what is only the business’s from a customer’s room', () => {
    const { customer } = (document as { channels: Record<string, { messages: object }> }).channels
    expect(Object.keys(customer!.messages)).not.toContain('member_updated')
    expect(Object.keys(customer!.messages)).toContain('loyalty_updated')
  })
})
