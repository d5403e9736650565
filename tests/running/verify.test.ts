import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { checks } from '../../scripts/verify/audit.ts'
import { createDatabase, type TestDatabase } from '../harness/database.ts'
import { makeTenant } from '../harness/tenant.ts'
import { runScript } from './run-script.ts'
import { apply } from './traded-database.ts'

let database: TestDatabase

beforeAll(async () => {
  database = await createDatabase()
  await makeTenant(database, 'demo')
})
afterAll(() => database.drop())

test('M5 verify of one customer shows the card, its entries and what each event says, and what does not agree', async () => {
  const own = await createDatabase()
  const tenant = await makeTenant(own, 'demo')
  const john = await tenant.enrol({ name: 'John Doe', phone: '+447306506797', points: 275 })
  await own.transaction((client) =>
    apply(client, { kind: 'redeem', customerId: john.id, points: 75, orderId: '12345' }),
  )
  const env = { DATABASE_URL: own.url }

  const sound = await runScript('verify', ['07306 506797', 'demo', 'points'], env)
  expect(sound.stdout).toContain('John Doe  +447306506797')
  expect(sound.stdout).toMatch(/OK +balance +200 +sum of entries 200 +last entry says 200/)
  expect(sound.stdout).toMatch(/OK +earned +275 +sum of entries 275 +last entry says 275/)
  expect(sound.stdout).toMatch(/OK +redeemed +75 +sum of entries 75 +last entry says 75/)
  expect(sound.stdout).toMatch(/OK +version +2 +number of entries 2/)
  expect(sound.stdout).toMatch(/OK .*redeem +−75 → 200 .*event 3 says −75 → 200, not delivered yet/)
  expect(sound.code).toBe(0)
  expect((await runScript('verify', [john.id, 'demo'], env)).stdout).toBe(sound.stdout)

  await own.transaction(async (client) => {
    await client.query('set local session_replication_role = replica')
    await client.query('update cards set balance = 205, earned = 280')
    await client.query(`update events set data = jsonb_set(data::jsonb, '{newBalance}', '205')::json where seq = 3`)
    await client.query('update deliveries set seq = 2')
  })
  const broken = await runScript('verify', ['+447306506797', 'demo'], env)
  expect(broken.stdout).toMatch(/BREACH +balance +205 +sum of entries 200/)
  expect(broken.stdout).toMatch(/BREACH .*event 3 says −75 → 205, not the same as the entry, not delivered yet/)
  expect(broken.stdout).toMatch(/OK .*enrol +\+275 .*event 2 says \+275 → 275, delivered/)
  expect(broken.code).toBe(1)

  const all = await runScript('verify', ['--all'], env)
  expect(all.stdout).toMatch(
    /BREACH +card-is-sum-of-entries[\s\S]*card says 205 \/ 280 \/ 75 \/ 2, entries say 200 \/ 275 \/ 75 \/ 2/,
  )
  expect(all.stdout).toContain(`BREACH: 3 of ${checks.length} checks do not hold`)
  expect(all.code).toBe(1)
  await own.drop()
})

test.each([
  { args: ['+447306509999', 'demo'], said: 'Tenant demo (demo) has no customer +447306509999' },
  { args: ['not a phone', 'demo'], said: 'is not a phone number that can exist' },
  { args: ['+447306509999', 'nobody'], said: 'there is no tenant nobody' },
  { args: ['--all', '--tenant', 'nobody'], said: 'there is no tenant nobody' },
  { args: ['+447306509999'], said: 'say whose card' },
])('M5 verify $args says what it did not find, with exit code 1', async ({ args, said }) => {
  const { code, stderr } = await runScript('verify', args, { DATABASE_URL: database.url })
  expect(stderr).toContain(said)
  expect(code).toBe(1)
})

test('M5 verify does not call sound what it may not see', async () => {
  const user = `stranger_${randomUUID().slice(0, 8)}`
  // May read the tables, but row-level security shows nothing of them.
  await database.sql(`create role ${user} login in role loyalty_app`)
  const url = database.url.replace(/\/\/[^@]+@/, `//${user}@`)
  const { code, stderr } = await runScript('verify', ['--all'], { DATABASE_URL: url })
  await database.sql(`drop role ${user}`)
  expect(stderr).toContain('use the connection string of the database’s owner')
  expect(code).toBe(1)
})
