import { randomBytes } from 'node:crypto'
import { addStaff, addTerminal, createTenant, enrolMember } from '../../scripts/tenants.ts'
import type { TestDatabase } from './database.ts'

export const PASSWORD = 'test-pass-1'

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
    const ownerId = await addStaff(client, {
      tenant: id,
      email: `owner@${id}.test`,
      name: 'Olive Owner',
      role: 'owner',
      password: PASSWORD,
    })
    await addStaff(client, {
      tenant: id,
      email: `admin@${id}.test`,
      name: 'Adam Admin',
      role: 'admin',
      password: PASSWORD,
    })
    await addStaff(client, {
      tenant: id,
      email: `cashier@${id}.test`,
      name: 'Cleo Cashier',
      role: 'cashier',
      password: PASSWORD,
    })
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
