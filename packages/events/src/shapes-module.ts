import { jsonSchema } from './asyncapi.ts'
import { catalogue, CURRENT_VERSION, eventTypes } from './catalogue.ts'
import { anyEvent } from './envelope.ts'
import { shapeKeywords, type Shape } from './shape.ts'
import { CATCH_UP_LIMIT_MAX, catchUpPage } from './wire/catch-up.ts'
import { connectErrors } from './wire/connect-errors.ts'
import { connectError, refreshTokenAnswer, serverMessages } from './wire/socket.ts'

/** Words that describe, and check nothing that the others do not check: a format always comes with its pattern. */
const DESCRIPTIVE = new Set(['$schema', 'title', 'description', 'examples', 'format', 'additionalProperties'])

/** The text of `shapes.ts`: what a client reads, as shapes that `findFault` understands. */
export function shapesModule(): string {
  const data = eventTypes.map((type) => [type, shapeOf(jsonSchema(catalogue[type].versions[CURRENT_VERSION]))])
  const shapes = {
    anyEvent: shapeOf(jsonSchema(anyEvent)),
    data: Object.fromEntries(data),
    ready: shapeOf(jsonSchema(serverMessages.ready)),
    head: shapeOf(jsonSchema(serverMessages.head)),
    token_expiring: shapeOf(jsonSchema(serverMessages.token_expiring)),
    conflated: shapeOf(jsonSchema(serverMessages.conflated)),
    closing: shapeOf(jsonSchema(serverMessages.closing)),
    connectError: shapeOf(jsonSchema(connectError)),
    refreshTokenAnswer: shapeOf(jsonSchema(refreshTokenAnswer)),
    catchUpPage: shapeOf(jsonSchema(catchUpPage)),
  }
  const codes = Object.entries(connectErrors)
  const hopeless = codes.filter(([, { retry }]) => !retry).map(([code]) => code)
  const names = nameRepeats(shapes)
  const parts = [...names].map(([text, name]) => `const ${name}: Shape = ${write(JSON.parse(text), names, true)}`)
  const exported = Object.entries(shapes).map(([name, shape]) => {
    const type = name === 'data' ? '{ readonly [T in EventType]: Shape }' : 'Shape'
    return `export const ${name}Shape: ${type} = ${write(shape, names)}`
  })
  return [
    '// Written by `npm run generate` from the schemas; not by hand.',
    `import type { EventType } from './catalogue.ts'`,
    `import type { Shape } from './shape.ts'`,
    `import type { ConnectErrorCode } from './wire/connect-errors.ts'`,
    '',
    `export const currentVersion = ${CURRENT_VERSION}`,
    `export const catchUpLimitMax = ${CATCH_UP_LIMIT_MAX}`,
    `export const hopelessCodes: readonly ConnectErrorCode[] = ${JSON.stringify(hopeless)}`,
    ...parts,
    ...exported,
    '',
  ].join('\n')
}

/** Gives every shape that is said more than once a name, the smaller ones first: a larger one may use them. */
function nameRepeats(shapes: object): Map<string, string> {
  const counts = new Map<string, number>()
  const count = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    const text = JSON.stringify(value)
    // Not a table of fields, one of which may well be called `type`.
    const isShape = typeof (value as Shape).type === 'string' || Array.isArray((value as Shape).anyOf)
    if (isShape) counts.set(text, (counts.get(text) ?? 0) + 1)
    Object.values(value).forEach(count)
  }
  count(shapes)
  const repeated = [...counts].filter(([, times]) => times > 1).map(([text]) => text)
  return new Map(repeated.toSorted((a, b) => a.length - b.length).map((text, index) => [text, `shape${index + 1}`]))
}

/** JSON, but for the names of what has one; `own`: not of this value itself. */
function write(value: unknown, names: ReadonlyMap<string, string>, own = false): string {
  const name = own ? undefined : names.get(JSON.stringify(value))
  if (name !== undefined) return name
  if (Array.isArray(value)) return `[${value.map((each) => write(each, names)).join(', ')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const fields = Object.entries(value).map(([field, each]) => `${JSON.stringify(field)}: ${write(each, names)}`)
  return `{ ${fields.join(', ')} }`
}

/** @throws Error when the schema says something that would go unchecked */
function shapeOf(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(shapeOf)
  if (typeof schema !== 'object' || schema === null) return schema
  const { oneOf, ...rest } = schema as Record<string, unknown>
  const words = Object.entries(oneOf === undefined ? rest : { ...rest, anyOf: oneOf })
  return Object.fromEntries(
    words.flatMap(([word, value]) => {
      // Every whole number is a safe one: that much is said by its type.
      if (DESCRIPTIVE.has(word) || Math.abs(Number(value)) === Number.MAX_SAFE_INTEGER) return []
      if (!shapeKeywords.has(word))
        throw new Error(`a shape cannot say ${word}: teach findFault, or write it otherwise`)
      if (word === 'type' && Array.isArray(value)) return [['anyOf', value.map((type) => ({ type }))]]
      if (word !== 'properties') return [[word, shapeOf(value)]]
      const fields = Object.entries(value as object).map(([name, field]) => [name, shapeOf(field)])
      return [[word, Object.fromEntries(fields)]]
    }),
  )
}
