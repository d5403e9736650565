import { randomUUID } from 'node:crypto'
import { importJWK, SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { examples, type Example, type Subjects } from '../conformance/operations.ts'
import { makeSubjects } from '../conformance/subjects.ts'
import { makeSigningKey, newKey, startTestApi, type Answer, type TestApi } from '../harness/api.ts'
import { createDatabase, type TestDatabase } from '../harness/database.ts'
import { fingerprint } from '../harness/fingerprint.ts'
import { startProviders, type Providers } from '../harness/providers/setup.ts'
import { makeTenant } from '../harness/tenant.ts'
import { tableUnder } from './document.ts'
import { routeTable } from './route-table.ts'

const ROLES = ['owner', 'admin', 'cashier', 'terminal', 'customer', 'service'] as const
type Asker = (typeof ROLES)[number] | 'nobody'

/** What docs/security.md says of a route: who may, and what somebody who may is told of another tenant's things. */
type Rule = { readonly operation: string; readonly may: ReadonlySet<Asker>; readonly foreign: string }

const everybody: ReadonlySet<Asker> = new Set([...ROLES, 'nobody'])
const rules: Rule[] = tableUnder('Who may ask for what').map(([operation, who, foreign]) => ({
  operation: operation!,
  may: who === 'everybody' ? everybody : new Set(who!.split(', ') as Asker[]),
  foreign: foreign!,
}))
const guarded = rules.filter(({ may }) => !may.has('nobody'))
const open = rules.filter(({ may }) => may.has('nobody'))

let database: TestDatabase
let providers: Providers
let api: TestApi
let signingKey: string
let own: Subjects
let rival: Subjects
let ghost: Subjects
const tokens = {} as Record<Asker, string>

beforeAll(async () => {
  database = await createDatabase()
  signingKey = await makeSigningKey()
  providers = await startProviders()
  api = await startTestApi(database.url, {
    ...providers.env,
    AUTH_SIGNING_KEY: signingKey,
    SIGN_IN_LIMIT_PER_MINUTE: '10000',
  })
  const [demo, other] = [await makeTenant(database, 'demo'), await makeTenant(database, 'rival')]
  own = await makeSubjects(api, demo, await demo.enrol({ name: 'Dora Demo', points: 1000 }))
  await providers.setUp(api, demo)
  rival = await makeSubjects(api, other, await other.enrol({ name: 'Rhea Rival', points: 1000 }))
  ghost = {
    tenant: { ...rival.tenant, id: 'ghost' },
    customer: { id: randomUUID(), cardId: randomUUID(), phone: '+447999000111', name: 'Gus Ghost' },
    transactionId: randomUUID(),
    programId: randomUUID(),
    staffId: randomUUID(),
    terminalId: randomUUID(),
    enrolmentId: randomUUID(),
    notificationId: randomUUID(),
    paymentId: randomUUID(),
    qr: own.qr,
    bookingId: randomUUID(),
  }
  // A code says who shows it, wherever they show it: it names nothing of a tenant.
  rival.qr = own.qr
  for (const role of ROLES) tokens[role] = await signToken(role)
})
afterAll(async () => {
  await api.close()
  await database.drop()
  await providers.close()
})

/** Of nobody who is ever revoked here, so that what one request does takes no other's right away. */
async function signToken(role: string): Promise<string> {
  return new SignJWT({ role, ...(role === 'customer' ? {} : { tenant: 'demo' }) })
    .setProtectedHeader({ alg: 'EdDSA' })
    .setSubject(role === 'customer' ? own.customer.id : randomUUID())
    .setIssuer('loyalty-live')
    .setAudience('loyalty-live')
    .setExpirationTime('10m')
    .sign(await importJWK(JSON.parse(signingKey), 'EdDSA'))
}

/** Sends a route's example about these subjects; a route that nobody documents takes nothing. */
function ask(operation: string, asker: Asker, subjects: Subjects, change?: Change): Promise<Answer> {
  const example = changed(examples[operation]?.(subjects) ?? { as: null }, change)
  const [method, template] = operation.split(' ') as [string, string]
  const path = template
    .replace(/^\*$/, '/api/admin/customers')
    .replaceAll(/\{(\w+)\}/g, (_, name: string) => example.params![name]!)
  const query = new URLSearchParams(example.query).toString()
  return api.call(method, query ? `${path}?${query}` : path, {
    ...(asker === 'nobody' ? {} : { token: tokens[asker] }),
    ...(example.body ? { body: example.body } : {}),
    headers: { ...example.headers, ...(example.headers?.['idempotency-key'] ? newKey() : {}) },
  })
}

type Change = { readonly part: 'params' | 'query' | 'body'; readonly field: string; readonly value: unknown }

const changed = (example: Example, change: Change | undefined): Example =>
  change ? { ...example, [change.part]: { ...example[change.part], [change.field]: change.value } } : example

/** Every field of a route's example that names something of a tenant: it is another one in another tenant's example. */
function namingFields(operation: string): Pick<Change, 'part' | 'field'>[] {
  const [ours, theirs] = [examples[operation]!(own), examples[operation]!(rival)]
  return (['params', 'query', 'body'] as const).flatMap((part) =>
    Object.keys(ours[part] ?? {})
      .filter((field) => JSON.stringify(ours[part]![field]) !== JSON.stringify(theirs[part]![field]))
      .map((field) => ({ part, field })),
  )
}

/** Status and body, with what the asker named blotted out: it may be repeated to them, and nothing else may. */
function seen({ status, text }: Answer, named: Subjects): string {
  const { customer, transactionId, programId, staffId, terminalId, enrolmentId, notificationId } = named
  const ofCustomer = [customer.id, customer.cardId, customer.phone, enrolmentId, notificationId]
  const names = [...ofCustomer, named.paymentId, named.bookingId, transactionId, programId, staffId, terminalId]
  return `${status} ${names.reduce((shown, name) => shown.replaceAll(name, '<named>'), text)}`
}

/** Everything of the rival that an answer to somebody else could give away. */
function expectNothingOfRival(answer: string): void {
  const { tenant, customer, programId } = rival
  const marks = [customer.id, customer.cardId, customer.phone, customer.name, programId, tenant.terminalKey]
  for (const mark of [...marks, 'Tenant rival', '@rival.test', '"rival"']) expect(answer).not.toContain(mark)
}

test('docs/security.md has a line for every route that there is, and no other', async () => {
  // The pages of the documentation are the plugin's own and many; one line stands for them.
  const routes = (await routeTable()).map((operation) => operation.replace(/^GET \/docs\/.*/, 'GET /docs'))
  expect(rules.map(({ operation }) => operation).toSorted()).toEqual([...new Set(routes)].toSorted())
})

describe.each(guarded)('$operation', ({ operation, may, foreign }) => {
  test('is for whoever the table says: everybody else is turned away, whatever they name', async () => {
    for (const asker of everybody) {
      const answer = await ask(operation, asker, own)
      if (may.has(asker)) {
        expect(answer.status === 409 ? 200 : answer.status, `${asker}: ${answer.text}`).toBeLessThan(300)
        continue
      }
      const refusal = asker === 'nobody' ? [401, 'token-missing'] : [403, 'role-not-allowed']
      const refused = [answer, await ask(operation, asker, rival), await ask(operation, asker, ghost)]
      expect(refused.map(({ status, body }) => [status, body['code']])).toEqual([refusal, refusal, refusal])
      expect(new Set(refused.map(({ text }) => text)).size).toBe(1)
    }
  })

  test('answers of what another tenant has as of what nobody has', async () => {
    const before = await fingerprint(database, TENANT_TABLES, 'rival')
    const naming = namingFields(operation)
    expect(foreign === 'names nothing').toBe(naming.length === 0)
    for (const asker of may) {
      const [theirs, nobodys] = [await ask(operation, asker, rival), await ask(operation, asker, ghost)]
      expectNothingOfRival(seen(theirs, rival))
      if (naming.length > 0) {
        expect(outcome(theirs)).toBe(foreign)
        expect(seen(theirs, rival)).toBe(seen(nobodys, ghost))
      }
      for (const { part, field } of naming) {
        const ofRival = { part, field, value: examples[operation]!(rival)[part]![field] }
        const ofGhost = { part, field, value: examples[operation]!(ghost)[part]![field] }
        const [mixed, missing] = [await ask(operation, asker, own, ofRival), await ask(operation, asker, own, ofGhost)]
        expect(seen(mixed, rival), field).toBe(seen(missing, ghost))
        expectNothingOfRival(seen(mixed, rival))
      }
    }
    expect(await fingerprint(database, TENANT_TABLES, 'rival')).toBe(before)
  })
})

function outcome({ status, body }: Answer): string {
  return body['items']?.length === 0 ? 'an empty list' : `${status} ${String(body['code'])}`
}

test('a list without a filter holds what the tenant has, and nothing of another', async () => {
  await database.sql('update members set vip = true, vip_since = now()')
  const lists = guarded.filter(
    ({ operation, may }) =>
      may.has('owner') && /^GET [^{]*$/.test(operation) && examples[operation]!(own).query?.['limit'],
  )
  for (const { operation } of lists) {
    const { status, text } = await api.call('GET', operation.slice(4), { token: tokens.owner })
    expect(status, operation).toBe(200)
    expectNothingOfRival(text)
  }
  expect((await api.call('GET', '/api/admin/vip', { token: tokens.owner })).text).toContain(own.customer.id)
})

describe.each(open)('$operation', ({ operation }) => {
  test('takes no notice of a token', async () => {
    const bare = await ask(operation, 'nobody', own)
    expect(bare.status).toBeLessThan(500)
    expect(['token-missing', 'role-not-allowed']).not.toContain(bare.body['code'])
    for (const role of ROLES) expect((await ask(operation, role, own)).status, role).toBe(bare.status)
  })
})

test('HEAD is guarded as GET is', async () => {
  for (const { operation } of guarded.filter((rule) => rule.operation.startsWith('GET '))) {
    const path = operation.slice(4).replace('{id}', own.customer.id)
    expect((await fetch(`${api.url}${path}`, { method: 'HEAD' })).status, operation).toBe(401)
  }
})

/** All that a tenant has. */
const TENANT_TABLES = [
  'members',
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
  'payment_providers',
]
