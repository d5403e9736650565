import type { z } from 'zod'
import { ApiError } from '../errors.ts'
import { parsePhone } from '../http/phone-number.ts'

const FAULTS_TOLD_MAX = 5

/**
 * Reads what a provider sent, the raw body or a part of it.
 *
 * @param place how a part is called in the error
 * @throws ApiError malformed-json, invalid-request naming the fields
 */
export function readCallbackBody<T extends z.ZodType>(body: unknown, shape: T, place = 'body'): z.output<T> {
  const parsed = shape.safeParse(Buffer.isBuffer(body) ? parseJson(body) : body)
  if (parsed.success) return parsed.data
  const errors = parsed.error.issues
    .slice(0, FAULTS_TOLD_MAX)
    .map(({ path, message }) => ({ field: [place, ...path].join('.'), message }))
  throw new ApiError('invalid-request', errors.map(({ field, message }) => `${field}: ${message}`).join('; '), {
    errors,
  })
}

/** E.164, or null for what is no number: who paid is then not known by it. */
export function typedPhone(typed: string, defaultCountry: string): string | null {
  try {
    return parsePhone(typed, defaultCountry, 'phone')
  } catch {
    return null
  }
}

function parseJson(raw: Buffer): unknown {
  try {
    return JSON.parse(raw.toString('utf8'))
  } catch {
    throw new ApiError('malformed-json', 'the body is not valid JSON')
  }
}
