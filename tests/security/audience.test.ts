import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { eventTypes } from '@loyalty-live/events'
import { describe, expect, test } from 'vitest'
import { until } from '../harness/until.ts'
import { customerToken, loyaltyUpdated, signToken, startRealtime } from '../realtime/harness.ts'
import { ROOT, tableUnder } from './document.ts'

/** John, whom every fixture is about where it is about somebody. */
const JOHN = '0199f000-0000-7000-8000-000000000001'
const JANE = '0199f000-0000-7000-8000-000000000002'

/** Who listens, by the column of the table that says what they hear of an event of tenant `demo` about John. */
const listeners = {
  'its tenant': ['owner', 'admin', 'cashier', 'terminal', 'service'].map((role) => signToken({ tenant: 'demo', role })),
  'its customer': [customerToken(JOHN), customerToken(JOHN.toUpperCase())],
  'another tenant': ['owner', 'admin', 'cashier', 'terminal', 'service'].map((role) =>
    signToken({ tenant: 'rival', role }),
  ),
  'another customer': [customerToken(JANE), signToken({ role: 'customer', sub: JANE, tenant: 'demo' })],
} as const
type Column = keyof typeof listeners
const columns = Object.keys(listeners) as Column[]

const rules = tableUnder('Who hears what').map(([type, ...hears]) => ({
  type: type!,
  hearing: columns.filter((_, index) => hears[index] === 'yes'),
}))

test('docs/security.md has a line for every event type, and no other', () => {
  expect(rules.map(({ type }) => type).toSorted()).toEqual(eventTypes.toSorted())
})

describe.each(rules)('$type', ({ type, hearing }) => {
  test(`is heard by ${hearing.join(' and ')}, live and in replay, and by nobody else`, async () => {
    const rt = await startRealtime()
    const event = fixture(type)
    const before = await listen(rt)
    await rt.broadcast({ ...event, seq: 1 })
    // Told to everybody in turn, after it: who has this has had all that they were to get.
    const fences = [
      ['demo', JOHN],
      ['rival', JANE],
    ] as const
    await rt.broadcast(
      ...fences.map(([tenant, customerId]) => loyaltyUpdated(tenant, 2, { epoch: EPOCH, data: { customerId } })),
    )
    for (const { column, client } of before) {
      await until(() => client.seqs().at(-1) === 2, `the last event at ${column}`)
      const heard = client.messages.filter(({ data }) => data['id'] === event['id']).map(({ name }) => name)
      expect(heard, column).toEqual(hearing.includes(column) ? [type] : [])
    }
    const replayed = await listen(rt, `${EPOCH}:0`)
    await rt.broadcast(
      ...fences.map(([tenant, customerId]) => loyaltyUpdated(tenant, 3, { epoch: EPOCH, data: { customerId } })),
    )
    for (const { column, client } of replayed) {
      await until(() => client.seqs().at(-1) === 3, `the last event at ${column}, come later`)
      const heard = client.messages.filter(({ data }) => data['id'] === event['id'])
      expect(heard.length, column).toBe(column === 'its tenant' ? 1 : 0)
    }
  })
})

const EPOCH = 1_763_700_000

function fixture(type: string): Record<string, unknown> {
  const text = readFileSync(join(ROOT, `packages/events/fixtures/${type}.v1.json`), 'utf8')
  expect(text).toContain('"tenant": "demo"')
  return { ...(JSON.parse(text) as object), epoch: EPOCH }
}

/** One socket for each listener, each with its `ready`. */
async function listen(rt: Awaited<ReturnType<typeof startRealtime>>, cursor?: string) {
  const all = columns.flatMap((column) => listeners[column].map((token) => ({ column, token })))
  return Promise.all(
    all.map(async ({ column, token }) => {
      const auth = { token: await token, ...(cursor === undefined ? {} : { cursor }) }
      const client = rt.connect(auth, { transports: ['websocket'] })
      await client.next('ready')
      return { column, client }
    }),
  )
}
