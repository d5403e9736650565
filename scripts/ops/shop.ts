import { randomBytes } from 'node:crypto'
import { inTransaction } from '../database.ts'
import { addStaff, addTerminal, createTenant, enrolMember } from '../tenants.ts'

/** A business that exists to be measured. */
export type Shop = {
  readonly tenant: string
  readonly owner: { readonly email: string; readonly password: string }
  readonly tillKeys: readonly string[]
  readonly customerIds: readonly string[]
}

/** Enough for a night of one point at a time; and so few that the largest redemption there is finds too little. */
const POINTS = 400_000
const CUSTOMERS = 50

/** Makes a tenant with an owner, tills, and customers who have plenty to spend. */
export async function makeShop(databaseUrl: string, tills: number): Promise<Shop> {
  const tenant = 'throw-away'
  const owner = { email: 'owner@throw-away.test', password: randomBytes(12).toString('hex') }
  const tillKeys = Array.from({ length: tills }, () => `key-${randomBytes(12).toString('hex')}`)
  const customerIds = await inTransaction(databaseUrl, async (client) => {
    const { programId } = await createTenant(client, { id: tenant, name: 'Throw-away', programName: 'Points' })
    await addStaff(client, { tenant, name: 'Olive Owner', role: 'owner', ...owner })
    for (const [index, key] of tillKeys.entries()) {
      await addTerminal(client, { tenant, name: `Till ${index + 1}`, key })
    }
    const ids: string[] = []
    for (let number = 0; number < CUSTOMERS; number++) {
      const phone = `+447306${500_000 + number}`
      const member = { tenant, programId, phone, name: `Customer ${number + 1}`, points: POINTS }
      ids.push((await enrolMember(client, member)).customerId)
    }
    return ids
  })
  return { tenant, owner, tillKeys, customerIds }
}
