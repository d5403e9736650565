import { randomUUID } from 'node:crypto'
import { importJWK, SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeSigningKey, newKey, startTestApi, type Answer, type TestApi } from '../harness/api.ts'
import { createDatabase, type TestDatabase } from '../harness/database.ts'
import { fingerprint } from '../harness/fingerprint.ts'
import { makeTenant } from '../harness/tenant.ts'
import { examples, type Example, type Subjects } from './operations.ts'
import { makeSubjects, NO_SUBJECTS } from './subjects.ts'

let database: TestDatabase
let api: TestApi
let subjects: Subjects
let rival: Subjects
let tokens: Record<'owner' | 'terminal' | 'cashier' | 'customer', string>
let signingKey: string
let baseline: string

/** Routes as the OpenAPI document tells them: a route that is added shows up here by itself. */
let documented: Record<string, Record<string, Documented>>
const operations = Object.keys(examples)
type Documented = { requestBody?: { content: { 'application/json': { schema: { required?: string[] } } } } }

beforeAll(async () => {
  database = await createDatabase()
  signingKey = await makeSigningKey()
  api = await startTestApi(database.url, { AUTH_SIGNING_KEY: signingKey, SIGN_IN_LIMIT_PER_MINUTE: '10000' })
  const [demo, other] = [await makeTenant(database, 'demo'), await makeTenant(database, 'rival')]
  subjects = await makeSubjects(api, demo, await demo.enrol({ points: 100 }))
  rival = await makeSubjects(api, other, await other.enrol({ points: 100 }))
  tokens = {
    owner: await api.signIn(subjects.tenant, 'owner'),
    terminal: await api.signIn(subjects.tenant, 'terminal'),
    cashier: await api.signIn(subjects.tenant, 'cashier'),
    customer: await api.customerToken(subjects.customer.id),
  }
  documented = (await api.call('GET', '/openapi.json')).body['paths']
  baseline = await fingerprint(database, WRITTEN)
})
afterAll(async () => {
  await api.close()
  await database.drop()
})

function requiredFields(operation: string): string[] {
  const [method, path] = operation.split(' ') as [string, string]
  return documented[path]![method.toLowerCase()]!.requestBody?.content['application/json'].schema.required ?? []
}

type Fields = Record<string, string>
type Change = { token?: string | null; params?: Fields; query?: Fields; headers?: Fields; body?: unknown }

/** Sends an example with something about it changed. */
function send(operation: string, example: Example, change: Change = {}): Promise<Answer> {
  const [method, template] = operation.split(' ') as [string, string]
  const params: Record<string, string> = { ...example.params, ...change.params }
  const path = template.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name]!))
  const query = new URLSearchParams({ ...example.query, ...change.query })
  const token = change.token === undefined ? (example.as ? tokens[example.as] : null) : change.token
  const body = change.body === undefined ? example.body : change.body
  return api.call(method, query.size > 0 ? `${path}?${query.toString()}` : path, {
    ...(token === null ? {} : { token }),
    ...(body === undefined ? {} : { body }),
    headers: { ...example.headers, ...change.headers },
  })
}

/** Refused as expected, as problem+json, naming the field. */
function expectRefusal(answer: Answer, status: number, field?: string): void {
  expect(answer.status, answer.text).toBe(status)
  expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8')
  expect(answer.body).toMatchObject({
    status,
    code: expect.any(String),
    title: expect.any(String),
    detail: expect.any(String),
  })
  if (field !== undefined)
    expect(
      answer.body['errors']?.map((each: any) => each.field),
      answer.text,
    ).toContain(field)
}

test('every documented route has an example, and every example a route', () => {
  const routes = Object.entries(documented).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  )
  expect(routes.toSorted()).toEqual(operations.toSorted())
})

describe.each(operations)('%s', (operation) => {
  const example = () => examples[operation]!(subjects)
  const { as, body, query, params, headers } = examples[operation]!(NO_SUBJECTS)

  if (as !== null) {
    test('without a token, with a forged, an expired or one of the other side: 401 or 403', async () => {
      expectRefusal(await send(operation, example(), { token: null }), 401)
      expectRefusal(await send(operation, example(), { token: `${tokens.owner.slice(0, -5)}AAAAA` }), 401)
      expectRefusal(await send(operation, example(), { token: await signToken({ role: 'owner' }, -1) }), 401)
      const otherSide = as === 'customer' ? 'owner' : 'customer'
      expectRefusal(await send(operation, example(), { token: await signToken({ role: otherSide }) }), 403)
    })
  }
  if (as === null && body === undefined) {
    test('without a proof of who sends it: 401 or 404, whatever the tenant', async () => {
      const [ours, nobodys] = [
        await send(operation, example()),
        await send(operation, example(), { params: { tenant: 'nobody' } }),
      ]
      expectRefusal(ours, ours.status === 401 ? 401 : 404)
      expect(nobodys.text).toBe(ours.text)
    })
  }
  if (as === 'owner') {
    test('for a cashier or a terminal: 403', async () => {
      expectRefusal(await send(operation, example(), { token: tokens.cashier }), 403)
      expectRefusal(await send(operation, example(), { token: tokens.terminal }), 403)
    })
  }

  if (body !== undefined) {
    test('without each field that it needs, and with each of a wrong type: 400 naming it', async () => {
      const sound = example().body!
      for (const field of Object.keys(sound)) {
        for (const wrong of [null, [], { nested: true }, typeof sound[field] === 'string' ? 7 : 'text']) {
          if (field === 'rules' && JSON.stringify(wrong) === '{"nested":true}') continue
          const answer = await send(operation, example(), { body: { ...sound, [field]: wrong } })
          expectRefusal(answer, 400, `body.${field}`)
        }
        if (!requiredFields(operation).includes(field)) continue
        const { [field]: _, ...rest } = sound
        expectRefusal(await send(operation, example(), { body: rest }), 400, `body.${field}`)
      }
    })

    test('with a field that nobody knows: 400 naming it', async () => {
      const answer = await send(operation, example(), { body: { ...example().body, surprise: 1 } })
      expectRefusal(answer, 400, 'body.surprise')
    })

    test('with a body that is no object, no JSON, no known type or too large: 400, 415, 413', async () => {
      for (const wrong of ['[]', '"text"', '5', 'null'])
        expectRefusal(await send(operation, example(), { body: wrong }), 400)
      expectRefusal(await send(operation, example(), { body: '{"broken":' }), 400)
      expectRefusal(await send(operation, example(), { body: '' }), 400)
      expectRefusal(await send(operation, example(), { headers: { 'content-type': 'text/plain' } }), 415)
      expectRefusal(await send(operation, example(), { body: `{"a":"${'x'.repeat(70_000)}"}` }), 413)
    })

    test('with texts that no database can hold, or far too long: refused, never 500', async () => {
      const sound = example().body!
      for (const field of Object.keys(sound).filter((key) => typeof sound[key] === 'string')) {
        for (const text of ['\u0000', 'a\u0000b', '\ud800', 'x'.repeat(10_000), '   ', '']) {
          const answer = await send(operation, example(), { body: { ...sound, [field]: text } })
          expect(answer.status, `${field}=${JSON.stringify(text.slice(0, 9))} ${answer.text}`).toBeLessThan(500)
          expect([400, 401], answer.text).toContain(answer.status)
        }
      }
    })
  }

  if (query !== undefined) {
    test('with a query that nobody knows, or of a wrong form: 400 naming it', async () => {
      expectRefusal(await send(operation, example(), { query: { surprise: '1' } }), 400, 'query.surprise')
      for (const field of Object.keys(query)) {
        const answer = await send(operation, example(), { query: { [field]: '\u0000' } })
        expectRefusal(answer, 400, `query.${field}`)
      }
    })
  }
  if (query?.['limit'] !== undefined) {
    test.each(['0', '-1', '501', '1.5', 'all'])('with limit=%s: 400 naming it', async (limit) => {
      expectRefusal(await send(operation, example(), { query: { limit } }), 400, 'query.limit')
    })
  }

  if (params?.['id'] !== undefined) {
    test('with an id that is none: 400 naming it', async () => {
      for (const id of ['abc', '1', '../..', "'; drop table cards; --", '%00']) {
        expectRefusal(await send(operation, example(), { params: { id } }), 400, 'params.id')
      }
    })

    test('with an id of nobody or of another tenant: 404, the same answer', async () => {
      const theirs = examples[operation]!(rival).params!
      const [nobody, foreign] = [
        await send(
          operation,
          { ...example(), headers: { ...example().headers, ...keyOf(example()) } },
          { params: { id: randomUUID() } },
        ),
        await send(
          operation,
          { ...example(), headers: { ...example().headers, ...keyOf(example()) } },
          { params: theirs },
        ),
      ]
      expectRefusal(nobody, 404)
      expectRefusal(foreign, 404)
      expect(foreign.body['code']).toBe(nobody.body['code'])
    })
  }

  if (headers?.['idempotency-key'] !== undefined) {
    test('without an idempotency key, or with one that is none: 400', async () => {
      const { headers: _, ...rest } = example()
      const missing = await send(operation, rest)
      expectRefusal(missing, 400)
      expect(missing.body['code']).toBe('idempotency-key-missing')
      for (const key of ['has blank', 'x'.repeat(256)]) {
        expectRefusal(
          await send(operation, example(), { headers: { 'idempotency-key': key } }),
          400,
          'headers.idempotency-key',
        )
      }
    })

    test('naming a customer, a programme or an order of another tenant changes nothing of theirs: 404', async () => {
      const theirs = examples[operation]!(rival)
      const answer = await send(operation, { ...theirs, headers: newKey() })
      expectRefusal(answer, 404)
    })
  }
})

test('after all of that nothing was written, and no answer was a 500', async () => {
  expect(await fingerprint(database, WRITTEN)).toBe(baseline)
  const { text } = await api.call('GET', '/metrics')
  expect(text).not.toMatch(/loyalty_api_request_seconds_count\{[^}]*status="5/)
})

describe('what is not even a request', () => {
  test('an unknown path, a wrong method, a broken URL: 404 or 400 as problem+json', async () => {
    expectRefusal(await api.call('GET', '/api/nothing'), 404)
    expectRefusal(await api.call('DELETE', '/api/auth/login'), 404)
    expectRefusal(await api.call('GET', '/%zz'), 400)
  })

  test.each([0, -1, 1.5, 1_000_001, 1e300, '5', null, true])('points of %j: 400 naming them', async (points) => {
    const { customer } = subjects
    const answer = await api.call('POST', '/api/customer/loyalty/redeem', {
      token: tokens.terminal,
      headers: newKey(),
      body: { customerId: customer.id, points },
    })
    expectRefusal(answer, 400, 'body.points')
  })
})

/** Everything that a request could have written, but sign-ins and remembered refusals. */
const WRITTEN = [
  'members',
  'customers',
  'programs',
  'cards',
  'entries',
  'events',
  'streams',
  'staff',
  'terminals',
  'revocations',
  'enrolments',
  'notifications',
  'adjustments',
  'qr_scans',
  'payments',
  'payment_refunds',
  'open_payments',
  'payment_providers',
  'bookings',
]

const keyOf = (example: Example) => (example.headers?.['idempotency-key'] ? newKey() : {})

async function signToken(claims: object, seconds = 60): Promise<string> {
  const key = await importJWK(JSON.parse(signingKey), 'EdDSA')
  return new SignJWT({ tenant: 'demo', ...claims })
    .setProtectedHeader({ alg: 'EdDSA' })
    .setSubject(randomUUID())
    .setIssuer('loyalty-live')
    .setAudience('loyalty-live')
    .setExpirationTime(Math.floor(Date.now() / 1000) + seconds)
    .sign(key)
}
