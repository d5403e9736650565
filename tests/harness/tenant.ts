import { randomBytes } from 'node:crypto'
import { addStaffWithHash, addTerminal, createTenant, enrolMember } from '../../scripts/tenants.ts'
import type { TestDatabase } from './database.ts'

export const PASSWORD = 'test-pass-1'

/**
 * Of PASSWORD, with the least work that argon2 knows: a hash says itself how dear its check is. Tests sign in a thousand times,
 * and what a real one costs is the business of those of sign-in alone.
 */
const PASSWORD_HASH = '$argon2id$v=19$m=8,t=1,p=1$c2FsdC1vZi10ZXN0cy0xNg$rKPCkGcSQn6RHxFZ69JoYeLX6sMcC7A9zEb03H6aD20'

export type TestTenant = {
  readonly id: string
  readonly programId: string
  readonly terminalKey: string
  readonly terminalId: string
  readonly ownerEmail: string
  readonly ownerId: string
  /** Enrols a customer; their phone is made up unless it is given. */
  enrol(customer: { name?: string; phone?: string; points: number }): Promise<TestCustomer>
}

export type TestCustomer = {
  readonly id: string
  readonly cardId: string
  readonly phone: string
  readonly name: string
}

let phones = 0

/** A tenant with an owner, an admin, a cashier and one terminal. */
export async function makeTenant(database: TestDatabase, id: string): Promise<TestTenant> {
  const terminalKey = `key-${randomBytes(12).toString('hex')}`
  const made = await database.transaction(async (client) => {
    const { programId } = await createTenant(client, { id, name: `Tenant ${id}`, programName: 'Points' })
    const hire = (role: 'owner' | 'admin' | 'cashier', name: string) =>
      addStaffWithHash(client, { tenant: id, email: `${role}@${id}.test`, name, role, passwordHash: PASSWORD_HASH })
    const ownerId = await hire('owner', 'Olive Owner')
    await hire('admin', 'Adam Admin')
    await hire('cashier', 'Cleo Cashier')
    const terminalId = await addTerminal(client, { tenant: id, name: 'Till 1', key: terminalKey })
    return { programId, ownerId, terminalId }
  })
  return {
    id,
    ...made,
    terminalKey,
    ownerEmail: `owner@${id}.test`,
    async enrol({ name = 'Test Customer', phone = `+4473065${String(10_000 + phones++)}`, points }) {
      const { customerId, cardId } = await database.transaction((client) =>
        enrolMember(client, { tenant: id, programId: made.programId, phone, name, points }),
      )
      return { id: customerId, cardId, phone, name }
    },
  }
}
