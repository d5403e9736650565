import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod'
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { isContention, isTooSlow, isUnavailable } from '../db/connect.ts'
import { ApiError, errorCodes, type ErrorCode } from '../errors.ts'
import type { App } from './app-types.ts'

const RETRY_AFTER_SECONDS = 1

/** Body of every error (RFC 9457), plus the members that a code adds. */
const problemSchema = z
  .looseObject({
    type: z.string().meta({ description: 'urn:loyalty-live:error:<code>' }),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.string(),
    errors: z
      .array(z.object({ field: z.string(), message: z.string() }))
      .optional()
      .meta({ description: 'Each field that was wrong' }),
  })
  .meta({ title: 'Problem', description: 'RFC 9457' })

/** The body for an error. The same error always gives the same bytes: a repeated request must see its first answer. */
function problemBody({ code, message, extra }: ApiError): string {
  const { status, title } = errorCodes[code]
  return JSON.stringify({ type: `urn:loyalty-live:error:${code}`, title, status, detail: message, code, ...extra })
}

/** Response schemas of a route: what it answers, and each way in which it refuses. */
export function responses<T extends Record<number, z.ZodType>>(
  success: T,
  ...codes: ErrorCode[]
): T & Record<number, z.ZodType> {
  const always: ErrorCode[] = ['invalid-request', 'rate-limited', 'overloaded']
  const refusals = [...always, ...codes].map((code) => [errorCodes[code].status, problemSchema])
  return { ...Object.fromEntries(refusals), ...success }
}

export function sendProblem(reply: FastifyReply, error: ApiError): FastifyReply {
  const { status } = errorCodes[error.code]
  if (status === 503 && !reply.hasHeader('retry-after')) reply.header('retry-after', RETRY_AFTER_SECONDS)
  return reply.code(status).type('application/problem+json').send(problemBody(error))
}

/** Answers every error as problem+json; what nobody foresaw is logged and says nothing about the inside. */
export function registerProblems(app: App): void {
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const known = problemOf(error, request)
    if (known.code === 'internal-error') request.log.error({ err: error }, 'unexpected error')
    else if (known.code === 'database-unavailable') request.log.warn({ err: error }, 'database unavailable')
    return sendProblem(reply, known)
  })
  app.setNotFoundHandler((request, reply) => {
    if (request.originalUrl !== request.url) return sendProblem(reply, new ApiError('invalid-request', URL_UNREADABLE))
    const path = request.url.split('?', 1)[0]
    return sendProblem(reply, new ApiError('route-not-found', `there is no ${request.method} ${path}; see /docs`))
  })
}

const NOWHERE = '/api/unreadable-url'

const URL_UNREADABLE =
  'the URL cannot be read: in its path % begins the two hex digits of a byte of UTF-8, and a name has at most 100 characters'

/**
 * For what the framework refuses before there is a route, a URL that it cannot decode: asks again for what leads nowhere. So it
 * goes the way of every request, through the hooks to the handler of what is not found: its answer has the headers of all
 * others, CORS included, and the log and the metrics count it.
 */
export function sendAstray(_error: FastifyError, { raw, server }: FastifyRequest, reply: FastifyReply): void {
  server.routing(Object.assign(raw, { originalUrl: raw.url, url: NOWHERE }), reply.raw)
}

/** Any error as the refusal that it is answered with. */
export function problemOf(error: FastifyError, request: FastifyRequest): ApiError {
  if (error instanceof ApiError) return error
  if (hasZodFastifySchemaValidationErrors(error)) {
    const missing = error.validationContext === 'headers' && request.headers['idempotency-key'] === undefined
    return missing ? new ApiError('idempotency-key-missing', IDEMPOTENCY_KEY_MISSING) : invalidRequest(error)
  }
  const code = FRAMEWORK_CODES[error.code]
  if (code) return new ApiError(code, FRAMEWORK_DETAILS[code] ?? error.message)
  if (isUnavailable(error) || isContention(error) || isTooSlow(error)) {
    return new ApiError('database-unavailable', 'the database does not answer right now; try again', {}, error)
  }
  // A value that passed our schemas and that PostgreSQL cannot hold (class 22, data exception): still the caller's.
  if (/^22...$/.test(error.code)) {
    request.log.warn({ err: error }, 'a value passed the schemas and not the database')
    return new ApiError('invalid-request', 'a value of the request cannot be stored')
  }
  // What the framework refuses in other words (a header too long, a broken request line) is still the caller's.
  if (error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500) {
    return new ApiError('invalid-request', error.message)
  }
  return new ApiError(
    'internal-error',
    `something went wrong here; it is logged under request ${request.id}`,
    {},
    error,
  )
}

const IDEMPOTENCY_KEY_MISSING =
  'headers.idempotency-key: is missing; send a new key for each intended change, and the same one when you repeat it'

/** Faults of the framework, as ours. */
const FRAMEWORK_CODES: Record<string, ErrorCode> = {
  FST_ERR_CTP_INVALID_JSON_BODY: 'malformed-json',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'malformed-json',
  FST_ERR_CTP_BODY_TOO_LARGE: 'body-too-large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'media-type-not-supported',
  FST_UNDER_PRESSURE: 'overloaded',
}

const FRAMEWORK_DETAILS: Partial<Record<ErrorCode, string>> = {
  'malformed-json': 'the body is not valid JSON',
  'media-type-not-supported': 'send the body as content-type application/json',
  overloaded: 'the server is busy; try again shortly',
}

type ValidationError = {
  validationContext?: string | undefined
  validation: readonly { instancePath: string; message?: string | undefined; params?: unknown }[]
}

/** Enough to mend a caller by. A body of thousands of unknown fields is not worth an answer ten times its size. */
const ERRORS_MAX = 20
const FIELD_CHARACTERS_MAX = 200

/** Names each field by where it is: `body.points`, `query.phone`, `params.id`. A field that nobody knows is named too. */
function invalidRequest(error: ValidationError): ApiError {
  const place = { querystring: 'query', headers: 'headers', params: 'params' }[error.validationContext ?? ''] ?? 'body'
  const errors = error.validation.flatMap(({ instancePath, message = 'is not valid', params }) => {
    const path = [place, ...instancePath.split('/').filter(Boolean)]
    const { keys } = params as { keys?: readonly string[] }
    return keys
      ? keys.map((key) => ({ field: [...path, key].join('.'), message: 'is not known here' }))
      : [{ field: path.join('.'), message }]
  })
  const told = errors
    .slice(0, ERRORS_MAX)
    .map(({ field, message }) => ({ field: field.slice(0, FIELD_CHARACTERS_MAX), message }))
  const more = errors.length > told.length ? `; and ${errors.length - told.length} more` : ''
  const detail = told.map(({ field, message }) => `${field}: ${message}`).join('; ')
  return new ApiError('invalid-request', detail + more, { errors: told })
}
