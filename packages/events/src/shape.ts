/**
 * The part of JSON Schema that the contract needs, checked without a library: what a browser loads to read events is a tenth
 * of what a general validator weighs, and needs no `eval`, which a strict Content-Security-Policy forbids.
 */
export type Shape = {
  readonly type?: 'object' | 'array' | 'string' | 'number' | 'integer' | 'boolean' | 'null'
  readonly const?: string | number | boolean
  readonly enum?: readonly string[]
  readonly anyOf?: readonly Shape[]
  readonly pattern?: string
  readonly minLength?: number
  readonly maxLength?: number
  readonly minimum?: number
  readonly exclusiveMinimum?: number
  readonly maximum?: number
  readonly properties?: { readonly [name: string]: Shape }
  readonly required?: readonly string[]
  readonly items?: Shape
}

/** Names of `Shape`: a schema that says anything else cannot be checked by `findFault`, and is not generated. */
export const shapeKeywords: ReadonlySet<string> = new Set<keyof Shape>([
  'type',
  'const',
  'enum',
  'anyOf',
  'pattern',
  'minLength',
  'maxLength',
  'minimum',
  'exclusiveMinimum',
  'maximum',
  'properties',
  'required',
  'items',
])

/** Where and why a value does not fit; null when it does. Fields that the shape does not name are let be. */
export function findFault(shape: Shape, value: unknown, path = ''): string | null {
  const fault = (why: string) => `${path || 'the value'}: ${why}`
  if (shape.anyOf) {
    const fits = shape.anyOf.some((option) => findFault(option, value, path) === null)
    return fits ? null : fault('is none of what is allowed')
  }
  if (shape.type !== undefined && !isOfType(shape.type, value)) return fault(`must be of type ${shape.type}`)
  if (shape.const !== undefined && value !== shape.const) return fault(`must be ${JSON.stringify(shape.const)}`)
  if (shape.enum && !shape.enum.includes(value as string)) return fault(`must be one of ${shape.enum.join(', ')}`)
  if (typeof value === 'string') return isText(shape, value) ? null : fault('is not of the form that is allowed')
  if (typeof value === 'number') return isInRange(shape, value) ? null : fault('is out of range')
  if (Array.isArray(value)) return findElementFault(shape, value, path)
  return isObject(value) ? findFieldFault(shape, value, path) : null
}

function isOfType(type: NonNullable<Shape['type']>, value: unknown): boolean {
  switch (type) {
    case 'null':
      return value === null
    case 'array':
      return Array.isArray(value)
    case 'object':
      return isObject(value)
    case 'integer':
      return Number.isSafeInteger(value)
    case 'number':
      return Number.isFinite(value)
    case 'string':
    case 'boolean':
      return typeof value === type
    default:
      return type satisfies never
  }
}

function isText({ pattern, minLength = 0, maxLength = Infinity }: Shape, text: string): boolean {
  return text.length >= minLength && text.length <= maxLength && (pattern === undefined || matches(pattern, text))
}

function isInRange(
  { minimum = -Infinity, exclusiveMinimum = -Infinity, maximum = Infinity }: Shape,
  n: number,
): boolean {
  return n >= minimum && n > exclusiveMinimum && n <= maximum
}

function findElementFault({ items }: Shape, values: readonly unknown[], path: string): string | null {
  for (const [index, value] of values.entries()) {
    const fault = items && findFault(items, value, `${path}.${index}`)
    if (fault) return fault
  }
  return null
}

function findFieldFault({ properties = {}, required = [] }: Shape, value: object, path: string): string | null {
  for (const [name, shape] of Object.entries(properties)) {
    const field = (value as Record<string, unknown>)[name]
    if (field === undefined && !required.includes(name)) continue
    const fault = findFault(shape, field, path === '' ? name : `${path}.${name}`)
    if (fault) return fault
  }
  return null
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Compiled once each: there are few patterns, all of them ours. */
const compiled = new Map<string, RegExp>()

function matches(pattern: string, text: string): boolean {
  let expression = compiled.get(pattern)
  if (!expression) compiled.set(pattern, (expression = new RegExp(pattern)))
  return expression.test(text)
}
