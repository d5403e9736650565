import { randomUUIDv7 } from 'node:crypto'
import type { ClientBase } from 'pg'
import { createSecretBox } from '../../services/api/src/payments/sealing.ts'
import { inTransaction } from '../database.ts'
import { Random } from '../random.ts'
import { addStaff, addTerminal, createTenant, enrolMember } from '../tenants.ts'
import { planVisits } from './histories.ts'
import { planBookings, planPayments } from './money.ts'
import { makePeople, type Person } from './people.ts'
import { DEMO_PASSWORD, demoTenants, JOHN_DOE, type DemoTenant } from './tenants.ts'
import { bookTables, takePayments } from './write-money.ts'
import { changePoints, makeVips, reverse, setUpProviders, type Actor } from './write.ts'

/** The same people and histories every time. */
const SEED = 275
const REVERSALS = 6

/**
 * Makes the demo data, in one transaction. A tenant that is there is left as it is. Needs a migrated database and a
 * connection of its owner. Gives the names of the tenants that were made.
 *
 * @param secretsKey SECRETS_KEY of the API: without it no payment provider is set up
 * @param playsMpesa whether M-Pesa payments can be started, with keys that are good only where M-Pesa is played
 */
export function seedDemo(databaseUrl: string, secretsKey?: string, playsMpesa = false): Promise<string[]> {
  const box = createSecretBox(secretsKey === undefined ? [] : [Buffer.from(secretsKey, 'base64')])
  return inTransaction(databaseUrl, async (client) => {
    await client.query(`select pg_advisory_xact_lock(hashtext('demo-data'))`)
    const { rows } = await client.query<{ id: string }>('select id from tenants')
    const there = new Set(rows.map(({ id }) => id))
    const missing = demoTenants.filter(({ id }) => !there.has(id))
    if (missing.length === 0) return []
    // Today's partition first: rows in the default partition would keep it from being made. Drops nothing.
    await client.query('select maintain_events(36500)')
    const people = makePeople(new Random(SEED), Math.max(...demoTenants.map((tenant) => tenant.people[1])))
    for (const tenant of missing) {
      await seedTenant(client, tenant, people.slice(...tenant.people))
      if (box) await setUpProviders(client, tenant, box, playsMpesa)
    }
    return missing.map(({ name }) => name)
  })
}

async function seedTenant(client: ClientBase, tenant: DemoTenant, people: readonly Person[]): Promise<void> {
  const random = new Random(SEED)
  const { programId } = await createTenant(client, tenant)
  const servers = await hire(client, tenant)
  const openings = people.map(() => random.pick([0, 0, 25, 50, 100, 200]))
  const customers: string[] = []
  for (const [index, person] of people.entries()) {
    const member = { tenant: tenant.id, programId, ...person, points: openings[index]! }
    customers.push((await enrolMember(client, member)).customerId)
  }
  if (tenant.id === JOHN_DOE.tenant) await seedJohnDoe(client, programId, servers[0]!)

  const visits = planVisits(random, { openings, servers: servers.length, orderPrefix: tenant.orderPrefix })
  const transactions = await changePoints(
    client,
    tenant.id,
    visits.map(({ customer, servedBy, ...visit }) => ({
      ...visit,
      customerId: customers[customer]!,
      actor: servers[servedBy]!,
    })),
  )
  // What was added last can be taken back whatever came before: the card holds at least that.
  const last = new Map(visits.map(({ customer, kind }, index) => [customer, { kind, index }]))
  const lastAdds = [...last.values()].filter(({ kind }) => kind === 'add').map(({ index }) => transactions[index]!)
  await reverse(client, tenant.id, random.shuffled(lastAdds).slice(0, REVERSALS), servers[0]!)

  const shuffled = random.shuffled(customers.map((_, index) => index))
  const vips = shuffled.slice(0, tenant.vips)
  const bookers = shuffled.slice(tenant.vips - tenant.bookersAmongVips).slice(0, tenant.bookers)
  await makeVips(
    client,
    tenant.id,
    vips.map((index) => customers[index]!),
    servers.at(-1)!,
  )
  await seedMoney(client, tenant, random, { customers, bookers })
  // Nobody has been listening yet, so there is nothing to be delivered.
  await client.query(
    `update deliveries set seq = streams.head from streams
     where streams.tenant_id = $1 and deliveries.tenant_id = $1`,
    [tenant.id],
  )
}

type Guests = { readonly customers: readonly string[]; readonly bookers: readonly number[] }

async function seedMoney(
  client: ClientBase,
  tenant: DemoTenant,
  random: Random,
  { customers, bookers }: Guests,
): Promise<void> {
  const now = new Date()
  const bookings = planBookings(random, bookers, now).map((booking) => ({ ...booking, id: randomUUIDv7() }))
  const { guestsADay } = tenant
  const payments = planPayments(random, { bookings, customers: customers.length, guestsADay, now })
  await bookTables(
    client,
    tenant,
    bookings.map(({ customer, ...booking }) => ({ ...booking, customerId: customers[customer]! })),
  )
  await takePayments(
    client,
    tenant,
    payments.map(({ customer, booking, ...payment }) => ({
      ...payment,
      customerId: customer === null ? null : customers[customer]!,
      bookingId: booking === null ? null : bookings[booking]!.id,
    })),
  )
}

/** Takes on staff and sets up tills. Gives those who serve: tills first, the owner last. */
async function hire(client: ClientBase, { id, staff, terminals }: DemoTenant): Promise<Actor[]> {
  const servers: Actor[] = []
  for (const { name, key } of terminals) {
    servers.push({ type: 'terminal', id: await addTerminal(client, { tenant: id, name, key }), name })
  }
  for (const person of staff.toReversed()) {
    const staffId = await addStaff(client, { tenant: id, ...person, password: DEMO_PASSWORD })
    servers.push({ type: 'staff', id: staffId, name: person.name })
  }
  return servers
}

async function seedJohnDoe(client: ClientBase, programId: string, actor: Actor): Promise<void> {
  const { tenant, name, phone, opening, added } = JOHN_DOE
  const { customerId } = await enrolMember(client, { tenant, programId, phone, name, points: opening })
  await changePoints(
    client,
    tenant,
    added.map((visit) => ({ kind: 'add', customerId, actor, orderId: null, ...visit })),
  )
}
