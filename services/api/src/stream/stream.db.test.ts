import { formatCursor, parseCursor } from '@loyalty-live/events'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newKey, startTestApi, type TestApi } from '../../../../tests/harness/api.ts'
import { createDatabase, type TestDatabase } from '../../../../tests/harness/database.ts'
import { makeTenant, type TestCustomer, type TestTenant } from '../../../../tests/harness/tenant.ts'
import { connect, type Db } from '../db/connect.ts'
import type { CommittedEvent } from './committed-event.ts'
import { Heads } from './heads.ts'
import { readAfter } from './read.ts'
import { writeStream } from './write.ts'

let database: TestDatabase
let db: Db
let api: TestApi
let tenant: TestTenant
let customer: TestCustomer
let owner: string
let till: string

beforeAll(async () => {
  database = await createDatabase()
  tenant = await makeTenant(database, 'demo')
  await makeTenant(database, 'rival')
  customer = await tenant.enrol({ points: 100_000 })
  db = connect({ url: database.url, connectionsMax: 8, role: 'loyalty_app' })
  api = await startTestApi(database.url)
  owner = await api.signIn(tenant, 'owner')
  till = await api.signIn(tenant, 'terminal')
})
afterAll(async () => {
  await api.close()
  await db.close()
  await database.drop()
})

const actor = { type: 'system', id: 'test', name: null } as const
const memberUpdated = (version: number) => ({
  type: 'member_updated' as const,
  customerId: customer.id,
  actor,
  data: {
    customerId: customer.id,
    customerPhone: customer.phone,
    customerName: customer.name,
    memberVersion: version,
    vip: false,
    changes: {},
  },
})

const headOf = async (id = 'demo') => {
  const [row] = await database.sql<{ epoch: string; head: string }>(
    'select epoch, head from streams where tenant_id = $1',
    [id],
  )
  return { epoch: Number(row!.epoch), seq: Number(row!.head) }
}
const redeem = () =>
  api.call('POST', '/api/customer/loyalty/redeem', {
    token: till,
    headers: newKey(),
    body: { customerId: customer.id, points: 1 },
  })
const events = (query = '', headers: Record<string, string> = {}) =>
  api.call('GET', `/api/events${query}`, { token: owner, headers })

describe('appending', () => {
  test('commits with what it belongs to, and is told after the commit; or leaves no trace (I2)', async () => {
    const told: CommittedEvent[] = []
    const onCommitted = (committed: readonly CommittedEvent[]) => told.push(...committed)
    const before = await headOf()
    const failed = writeStream(db, onCommitted, 'demo', async (trx, append) => {
      await trx.updateTable('members').set({ display_name: 'Gone' }).where('customer_id', '=', customer.id).execute()
      await append(memberUpdated(9))
      throw new Error('changed my mind')
    })
    await expect(failed).rejects.toThrow('changed my mind')
    expect([await headOf(), told]).toEqual([before, []])
    expect(await database.sql(`select from members where display_name = 'Gone'`)).toEqual([])

    await writeStream(db, onCommitted, 'demo', (_, append) => append(memberUpdated(2)))
    expect(told).toMatchObject([{ tenant: 'demo', epoch: before.epoch, seq: before.seq + 1 }])
  })

  test('from many connections at once gives every position once, in commit order, without a hole (I3)', async () => {
    const before = await headOf()
    const order: number[] = []
    await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        writeStream(
          db,
          (committed) => order.push(...committed.map(({ seq }) => seq)),
          'demo',
          async (_trx, append) => {
            await append(memberUpdated(index + 1))
            if (index % 10 === 0) throw new Error('rolled back')
            await append(memberUpdated(index + 1))
          },
        ).catch(() => undefined),
      ),
    )
    const rows = await database.sql<{ seq: string }>(
      `select seq from events where tenant_id = 'demo' and seq > $1 order by created_at, seq`,
      [before.seq],
    )
    expect(rows.map(({ seq }) => Number(seq))).toEqual(
      Array.from({ length: 180 }, (_, index) => before.seq + 1 + index),
    )
    expect(order.toSorted((a, b) => a - b)).toEqual(rows.map(({ seq }) => Number(seq)))
  })

  test('a reader never sees a position before the ones in front of it: commit order is seq order (I3)', async () => {
    let running = true
    const writing = Promise.all(
      Array.from({ length: 4 }, async () => {
        while (running)
          await writeStream(
            db,
            () => undefined,
            'demo',
            (_, append) => append(memberUpdated(1)),
          )
      }),
    )
    let last = await headOf()
    for (let count = 0; count < 200; count++) {
      const page = await readAfter(db, 'demo', last, 500)
      expect(page.reset).toBe(false)
      const seqs = page.events.map((text) => JSON.parse(text).seq)
      expect(seqs).toEqual(seqs.map((_, index) => last.seq + 1 + index))
      expect(page.cursor).toEqual(page.head)
      last = page.cursor
    }
    running = false
    await writing
  })
})

describe('catching up', () => {
  test('without a position starts at the head', async () => {
    const { body } = await events()
    expect(body).toEqual({ events: [], cursor: body['head'], head: formatCursor(await headOf()), reset: false })
  })

  test('L12 from an old position gives everything since, in pages, once and in order', async () => {
    const start = await headOf()
    for (let count = 0; count < 12; count++) await redeem()
    const seqs: number[] = []
    let cursor = formatCursor(start)
    let pages = 0
    for (let head = ''; cursor !== head; pages++) {
      const { body } = await events(`?after=${cursor}&limit=5`)
      seqs.push(...body['events'].map(({ seq }: any) => seq))
      cursor = body['cursor']
      head = body['head']
    }
    expect([seqs, pages]).toEqual([Array.from({ length: 12 }, (_, index) => start.seq + 1 + index), 3])
  })

  test('L12 from a position past retention, ahead of the head or of another epoch is a reset to the head', async () => {
    const head = await headOf()
    const [oldest] = await database.sql<{ seq: string }>(`select min(seq) as seq from events where tenant_id = 'demo'`)
    await database.sql(`delete from events where tenant_id = 'demo' and seq <= $1`, [Number(oldest!.seq) + 3])
    for (const after of [
      { ...head, seq: Number(oldest!.seq) },
      { ...head, seq: head.seq + 1 },
      { epoch: head.epoch - 1, seq: head.seq },
      { epoch: head.epoch + 1, seq: 1 },
    ]) {
      const { body } = await events(`?after=${formatCursor(after)}`)
      expect(body, JSON.stringify(after)).toEqual({
        events: [],
        cursor: formatCursor(head),
        head: formatCursor(head),
        reset: true,
      })
    }
    const kept = await events(`?after=${formatCursor({ ...head, seq: Number(oldest!.seq) + 3 })}&limit=1`)
    expect(kept.body['reset']).toBe(false)
  })

  test('with nothing new answers 304, from memory; after a change 200', async () => {
    const { body, headers } = await events()
    const first = await events(`?after=${body['cursor']}`)
    const etag = first.headers.get('etag')!
    const again = await events(`?after=${body['cursor']}`, { 'if-none-match': etag })
    expect([again.status, again.text, again.headers.get('etag')]).toEqual([304, '', etag])
    expect(headers.get('cache-control')).toContain('no-store')
    await redeem()
    const changed = await events(`?after=${body['cursor']}`, { 'if-none-match': etag })
    expect([changed.status, changed.body['events'].length]).toEqual([200, 1])
  })

  test('the tag of one page does not make the next page look unchanged', async () => {
    const start = formatCursor(await headOf())
    for (let count = 0; count < 3; count++) await redeem()
    const first = await events(`?after=${start}&limit=1`)
    const second = await events(`?after=${first.body['cursor']}&limit=1`, {
      'if-none-match': first.headers.get('etag')!,
    })
    expect([second.status, second.body['events'].length]).toEqual([200, 1])
  })

  test('a change made in another process shows within a second', async () => {
    const { body } = await events()
    await database.sql('update cards set balance = balance + 1')
    const deadline = performance.now() + 1_000
    let found: any[] = []
    while (found.length === 0 && performance.now() < deadline) {
      found = (await events(`?after=${body['cursor']}`)).body['events']
    }
    expect(found).toHaveLength(1)
  })

  test('5,000 clients that come back at once cost one read of the head for each tenant', async () => {
    let reads = 0
    const counting: Db = {
      ...db,
      query: db.query.withPlugin({
        transformQuery: ({ node }) => {
          reads++
          return node
        },
        transformResult: async ({ result }) => result,
      }),
    }
    const heads = new Heads(counting)
    const answers = await Promise.all(
      Array.from({ length: 5_000 }, (_, index) => heads.get(index % 2 ? 'demo' : 'rival')),
    )
    expect(answers.every((head) => head !== null)).toBe(true)
    expect(reads).toBeLessThanOrEqual(2)
  })

  test.each(['after=abc', 'after=1', 'limit=0', 'limit=501', 'limit=x', 'since=1:1'])(
    'refuses %s, naming it',
    async (query) => {
      const { status, body } = await events(`?${query}`)
      expect([status, body['errors'][0].field]).toEqual([400, `query.${query.split('=')[0]}`])
    },
  )

  test('is not for customers, nor for nobody', async () => {
    expect((await api.call('GET', '/api/events')).status).toBe(401)
  })
})

describe('retention', () => {
  test('events live in a partition for each day, and a day past retention is dropped whole', async () => {
    const today = new Date().toISOString().slice(0, 10).replaceAll('-', '')
    const old = new Date(Date.now() - 9 * 86_400_000).toISOString().slice(0, 10)
    await database.sql(
      `create table events_${old.replaceAll('-', '')} partition of events for values from ('${old}T00:00:00Z') to ('${old}T23:59:59Z')`,
    )
    await database.sql('select maintain_events(7)')
    const partitions = await database.sql<{ name: string }>(
      `select inhrelid::regclass::text as name from pg_inherits where inhparent = 'events'::regclass order by 1`,
    )
    const found = partitions.map(({ name }) => name)
    expect(found).toContain(`events_${today}`)
    expect(found).not.toContain(`events_${old.replaceAll('-', '')}`)
    expect(found).toHaveLength(5)
    const [stray] = await database.sql<{ count: string }>(
      'select count(*) from events_default where created_at > now()',
    )
    expect(Number(stray!.count)).toBe(0)
  })

  test('what has expired is forgotten; refusals are kept as long as a client may retry', async () => {
    const answer = await api.call('POST', '/api/customer/loyalty/redeem', {
      token: till,
      headers: newKey(),
      body: { customerId: customer.id, points: 1_000_000 },
    })
    expect(answer.status).toBe(422)
    await database.sql('select forget_expired(7)')
    expect(await database.sql('select from idempotency_keys')).toHaveLength(1)
    await database.sql(`update idempotency_keys set created_at = now() - interval '8 days'`)
    await database.sql('select forget_expired(7)')
    expect(await database.sql('select from idempotency_keys')).toHaveLength(0)
  })
})

test('L13 a new epoch is higher, ends what was undelivered, and resets every client', async () => {
  const { body } = await events()
  const before = parseCursor(body['cursor'])!
  const [row] = await database.sql<{ epoch: string }>('select start_new_epoch() as epoch')
  expect(Number(row!.epoch)).toBeGreaterThan(before.epoch)
  const marks = await database.sql<{ behind: string }>(
    'select s.head - d.seq as behind from streams s join deliveries d using (tenant_id, epoch)',
  )
  expect(marks.map(({ behind }) => Number(behind))).toEqual([0, 0])
  await new Promise((resolve) => setTimeout(resolve, 300))
  const after = await events(`?after=${body['cursor']}`)
  expect(after.body).toMatchObject({
    reset: true,
    cursor: formatCursor({ epoch: Number(row!.epoch), seq: before.seq }),
  })
  const [again] = await database.sql<{ epoch: string }>('select start_new_epoch() as epoch')
  expect(Number(again!.epoch)).toBeGreaterThan(Number(row!.epoch))
})
