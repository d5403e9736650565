import type { ClientBase } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { audit, checks, retentionStart } from '../../scripts/verify/audit.ts'
import { withSnapshot } from '../../scripts/verify/snapshot.ts'
import { until } from '../harness/until.ts'
import { faults } from './audit-faults.ts'
import { runScript } from './run-script.ts'
import { apply, brokenChecks, CHANGES, makeTradedDatabase, type TradedDatabase } from './traded-database.ts'

let traded: TradedDatabase

beforeAll(async () => {
  traded = await makeTradedDatabase()
})
afterAll(() => traded.drop())

test(`M5 after ${CHANGES} changes of every kind, by tills and by hand, every check holds`, async () => {
  const { code, stdout } = await runScript('verify', ['--all'], { DATABASE_URL: traded.database.url })
  for (const { name } of checks) expect(stdout).toMatch(new RegExp(`^  OK +${name} `, 'm'))
  expect(stdout).toContain(`OK: all ${checks.length} checks hold`)
  expect(code).toBe(0)
})

test('M5 an audit reads one snapshot: it holds while tills go on writing', async () => {
  let auditing = true
  const keptSince = retentionStart(new Date(), 7)
  const tills = (async () => {
    while (auditing) await traded.tradeMore(5)
  })()
  const seen = await withSnapshot(traded.database.url, async (client) => {
    const first = await heads(client)
    await until(async () => (await traded.database.sql('select from streams where head > $1', [first])).length > 0)
    const findings = [
      ...(await audit(client, { tenant: null, keptSince })),
      ...(await audit(client, { tenant: 'demo', keptSince })),
    ]
    return { findings, moved: (await heads(client)) - first }
  })
  auditing = false
  await tills
  expect(seen.findings.filter(({ breaches }) => breaches > 0)).toEqual([])
  expect(seen.moved).toBe(0)
})

describe('M5 each check finds what it is there to find', () => {
  test.each(faults)('$fault', async ({ sql, found }) => {
    const broken = await traded.rolledBack(async (client) => {
      await client.query('set local session_replication_role = replica')
      await client.query(sql)
      return brokenChecks(client)
    })
    expect(broken).toEqual(found)
  })

  test('there is a fault for each of them', () => {
    const found = new Set(faults.flatMap((fault) => fault.found))
    expect(checks.map(({ name }) => name).filter((name) => !found.has(name))).toEqual([])
  })
})

test('M5 a tenant can be audited alone', async () => {
  await traded.rolledBack(async (client) => {
    await client.query('set local session_replication_role = replica')
    await client.query(`update cards set balance = balance + 1, earned = earned + 1 where tenant_id = 'rival'`)
    expect(await brokenChecks(client, { tenant: 'demo' })).toEqual([])
    expect(await brokenChecks(client, { tenant: 'rival' })).toEqual(['card-is-sum-of-entries', 'card-is-last-entry'])
  })
})

test('M5 events past retention are not missed, those within are', async () => {
  await traded.rolledBack(async (client) => {
    await client.query('set local session_replication_role = replica')
    await client.query(
      `update entries set created_at = created_at - interval '9 days' where tenant_id = 'demo' and seq <= 20`,
    )
    await client.query(`delete from events where tenant_id = 'demo' and seq <= 20`)
    await client.query(`select rebuild_dashboard('demo')`)
    expect(await brokenChecks(client)).toEqual([])
    const longer = retentionStart(new Date(), 30)
    expect(await brokenChecks(client, { keptSince: longer })).toEqual(['entries-have-their-event'])
  })
})

test('M5 notifications that were forgotten long after their events are not missed', async () => {
  await traded.rolledBack(async (client) => {
    await client.query('set local session_replication_role = replica')
    await client.query(`update entries set created_at = created_at - interval '100 days'`)
    await client.query(`update payments set updated_at = updated_at - interval '100 days'`)
    await client.query(`update adjustments set created_at = created_at - interval '400 days'`)
    await client.query(`delete from events`)
    // All that were read; somebody has never looked, and has kept theirs.
    await client.query(
      `delete from notifications n
       where not is_open(n)
         and id not in (select min(id::text)::uuid from notifications where transaction_id is not null group by tenant_id)`,
    )
    const broken = await brokenChecks(client)
    expect(broken.filter((name) => name.includes('told') || name.includes('notification'))).toEqual([])
  })
})

test('M5 a debt is judged by the policy of its time', async () => {
  await traded.rolledBack(async (client) => {
    const policy = (debtPolicy: string) =>
      client.query(
        `with changed as (update programs set debt_policy = $1, version = version + 1 where tenant_id = 'demo' returning *)
         select append_event('demo', 'program_updated', 1, null, '{}', json_build_object('programId', id)) from changed`,
        [debtPolicy],
      )
    /** Adds, spends all there is, and takes the addition back. */
    async function fallIntoDebt(): Promise<void> {
      const { id: customerId, cardId } = traded.customers[2]!
      const [added] = await apply(client, { kind: 'add', customerId, points: 50 })
      const { rows } = await client.query('select balance from cards where id = $1', [cardId])
      await apply(client, { kind: 'redeem', customerId, points: Number(rows[0].balance) })
      const [taken] = await apply(client, { kind: 'reverse', reverses: added!.transaction_id })
      expect(taken).toMatchObject({ outcome: 'applied' })
    }

    await policy('allow')
    await fallIntoDebt()
    expect(await brokenChecks(client)).toEqual([])
    await policy('refuse')
    expect(await brokenChecks(client)).toEqual([])
    // Allowed for a moment, by hand, and nobody was told.
    await client.query(`update cards set balance = 0 where id = $1`, [traded.customers[2]!.cardId])
    await client.query(`update programs set debt_policy = 'allow'`)
    await fallIntoDebt()
    await client.query(`update programs set debt_policy = 'refuse'`)
    expect(await brokenChecks(client)).toEqual(['no-debt-that-was-not-allowed'])
  })
})

/** Where the longer stream stands, as a connection sees it. */
async function heads(client: ClientBase): Promise<number> {
  const { rows } = await client.query<{ head: number }>('select max(head)::int as head from streams')
  return rows[0]!.head
}
