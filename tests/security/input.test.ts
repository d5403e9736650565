import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { examples, type Subjects } from '../conformance/operations.ts'
import { askCustomer } from '../conformance/subjects.ts'
import { newKey, startTestApi, type Answer, type TestApi } from '../harness/api.ts'
import { createDatabase, type TestDatabase } from '../harness/database.ts'
import { makeTenant } from '../harness/tenant.ts'
import { openHttp } from './raw-http.ts'

let database: TestDatabase
let api: TestApi
let own: Subjects
let token: string
let customerToken: string

beforeAll(async () => {
  database = await createDatabase()
  api = await startTestApi(database.url, { SIGN_IN_LIMIT_PER_MINUTE: '10000' })
  const tenant = await makeTenant(database, 'demo')
  const customer = await tenant.enrol({ name: 'Dora Demo', points: 1000 })
  const rival = await makeTenant(database, 'rival')
  await rival.enrol({ name: 'Rhea Rival', points: 1000 })
  for (const name of ['100% Percent', 'Under_Score', 'Back\\Slash']) await tenant.enrol({ name, points: 0 })
  token = await api.signIn(tenant, 'owner')
  own = {
    tenant,
    customer,
    transactionId: customer.id,
    programId: tenant.programId,
    staffId: tenant.ownerId,
    terminalId: tenant.terminalId,
    ...(await askCustomer(api, tenant, customer)),
  }
  customerToken = await api.customerToken(customer.id)
})
afterAll(async () => {
  await api.close()
  await database.drop()
})

/** Text that means something to SQL, to its patterns, to a shell, a template, a log or a browser. */
const hostile = [
  "' or '1'='1",
  "'; select pg_sleep(5); --",
  "\\'; drop table cards; --",
  '") or true --',
  '$1 $$ $tag$',
  '%',
  '_%',
  '${7*7} {{7*7}} #{7*7}',
  '<script>alert(1)</script>',
  'x\r\nset-cookie: a=b',
  '\u202egnp.exe \ufeff',
  '../../../etc/passwd',
]

function send(operation: string, part: 'query' | 'body', field: string, value: string): Promise<Answer> {
  const example = examples[operation]!(own)
  const changed = { ...example, [part]: { ...example[part], [field]: value } }
  const [method, template] = operation.split(' ') as [string, string]
  const path = template.replaceAll(/\{(\w+)\}/g, (_, name: string) => example.params![name]!)
  const query = new URLSearchParams(changed.query).toString()
  return api.call(method, query ? `${path}?${query}` : path, {
    token: example.as === 'customer' ? customerToken : token,
    ...(changed.body ? { body: changed.body } : {}),
    headers: { ...example.headers, ...(example.headers?.['idempotency-key'] ? newKey() : {}) },
  })
}

const empty = { tenant: {}, customer: {} } as Subjects
const texts = Object.keys(examples).flatMap((operation) => {
  const example = examples[operation]!(empty)
  return (['query', 'body'] as const).flatMap((part) =>
    Object.entries(example[part] ?? {})
      .filter(([, value]) => value === undefined || typeof value === 'string')
      .map(([field]) => ({ operation, part, field })),
  )
})

describe.each(texts)('$operation with a hostile $part.$field', ({ operation, part, field }) => {
  test('is stored or refused as the text that it is', async () => {
    for (const value of hostile) {
      const startedAt = performance.now()
      const answer = await send(operation, part, field, value)
      expect(answer.status, `${value}: ${answer.text}`).toBeLessThan(500)
      expect(answer.text).not.toMatch(/Rhea Rival|syntax error|pg_catalog|select .* from |at character|\n {4}at /i)
      expect(answer.headers.get('set-cookie')).toBe(null)
      expect(performance.now() - startedAt).toBeLessThan(4000)
    }
  })
})

test('afterwards every table is there, with the rows of both tenants', async () => {
  const [row] = await database.sql<{ cards: number; tenants: number }>(
    'select (select count(*)::int from cards) as cards, (select count(*)::int from tenants) as tenants',
  )
  expect(row).toEqual({ cards: 5, tenants: 2 })
})

test.each([
  ['%', ['100% Percent']],
  ['_', ['Under_Score']],
  ['\\', ['Back\\Slash']],
  ['0%p', []],
  ['cent', ['100% Percent']],
])('a search for %j finds who has that very text in their name', async (search, names) => {
  const answer = await api.call('GET', `/api/admin/customers?search=${encodeURIComponent(search)}`, { token })
  expectStatus(answer, 200)
  expect(answer.body['items'].map((item: { displayName: string }) => item.displayName)).toEqual(names)
})

test('a page key is taken for nothing but a position: a forged one is refused, or gives what its tenant has', async () => {
  const keys = [[["x' or '1'='1", own.customer.id]], [['', "' or true --"]], [{ $gt: '' }], [[], []], 'x'.repeat(900)]
  for (const key of keys) {
    const pageAfter = Buffer.from(JSON.stringify(key)).toString('base64url')
    const answer = await api.call('GET', `/api/admin/customers?sort=name&pageAfter=${pageAfter}`, { token })
    expectStatus(answer, 400)
  }
  const sound = Buffer.from(JSON.stringify(["' or true --", own.customer.id])).toString('base64url')
  const answer = await api.call('GET', `/api/admin/customers?sort=name&pageAfter=${sound}`, { token })
  expectStatus(answer, 200)
  expect(answer.text).not.toContain('Rhea Rival')
})

function expectStatus(answer: Answer, status: number): void {
  expect(answer.status, answer.text).toBe(status)
}

describe('every answer', () => {
  test.each(['/api/admin/staff', '/api/nothing', '/healthz', '/docs/'])(
    'such as that of %s, carries the headers that keep browsers strict',
    async (path) => {
      const { headers } = await api.call('GET', path, { headers: { origin: 'https://elsewhere.example' } })
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('content-security-policy')).toMatch(/default-src '(none|self)'/)
      expect(headers.get('x-frame-options')).toBe('SAMEORIGIN')
      expect(headers.get('strict-transport-security')).toMatch(/max-age=\d{7,}/)
      expect(headers.get('referrer-policy')).toBe('no-referrer')
      expect(headers.get('x-powered-by')).toBe(null)
      expect(headers.get('set-cookie')).toBe(null)
    },
  )

  test.each([
    ['a path that cannot be decoded', 'GET /api/%zz HTTP/1.1\r\nhost: x', /%/],
    ['a path whose bytes are no UTF-8', 'PATCH /api/admin/customers/%ff%fe HTTP/1.1\r\nhost: x', /%/],
    ['a name longer than any of ours', `PATCH /api/admin/customers/${'x'.repeat(200)} HTTP/1.1\r\nhost: x`, /100/],
    ['no host', 'GET /api/nothing HTTP/1.1', /host/],
  ])('to a request with %s, too', async (_, head, detail) => {
    const [usual, early] = await Promise.all([ask('GET /api/nothing HTTP/1.1\r\nhost: x'), ask(head)])
    expect(early.body).toMatchObject({ code: 'invalid-request', detail: expect.stringMatching(detail) })
    expect(early.body.detail).not.toMatch(/zz|ff|xxx/)
    expect(Object.keys(usual.headers).length).toBeGreaterThan(15)
    expect(early.headers).toEqual(usual.headers)
  })

  test.each([
    ['a line in the head that is none', 'GET /api/nothing HTTP/1.1\r\nhost: x\r\nno colon'],
    ['a head over 16 KiB', `GET /api/nothing HTTP/1.1\r\nhost: x\r\nx: ${'x'.repeat(20_000)}`],
    ['another protocol', 'HELO example.org'],
  ])('to what is no request, %s, too: all but those that let a page of another origin read it', async (_, head) => {
    const [usual, early] = await Promise.all([ask('GET /api/nothing HTTP/1.1\r\nhost: x'), ask(head)])
    expect(early.body).toMatchObject({ code: 'invalid-request' })
    const expected = Object.entries(usual.headers).filter(([name]) => !name.startsWith('access-control-'))
    expect(early.headers).toEqual(Object.fromEntries(expected))
  })

  test('lets any origin ask, and never with credentials of the browser: there are no cookies to forge with', async () => {
    const { headers } = await api.call('OPTIONS', '/api/admin/staff', {
      headers: { origin: 'https://elsewhere.example', 'access-control-request-method': 'DELETE' },
    })
    expect(headers.get('access-control-allow-origin')).toBe('*')
    expect(headers.get('access-control-allow-credentials')).toBe(null)
  })
})

/** Asks by hand. Leaves out the headers that depend on the body, the moment and what becomes of the connection. */
async function ask(requestHead: string) {
  const http = await openHttp(api.url)
  http.write(`${requestHead}\r\n\r\n`)
  await http.status()
  const [head = '', body = ''] = http.received().split('\r\n\r\n')
  const lines = head.split('\r\n').slice(1)
  const fields = lines.filter((line) => !/^(date|connection|keep-alive|content-length):/i.test(line))
  return {
    headers: Object.fromEntries(fields.map((line) => line.split(/: (.*)/, 2))) as Record<string, string>,
    body: JSON.parse(body) as { code: string; detail: string },
  }
}
