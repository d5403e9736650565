/**
 * A population that formulas describe, so that ten million entries need no table of what is where: customer number c is
 * member c mod members of tenant c div members, and everybody's card has the same history.
 */
export type Population = {
  readonly tenants: number
  readonly membersPerTenant: number
  /** Each card's history: an opening balance, then additions and redemptions in turns. */
  readonly entriesPerCard: number
  /** High enough for whatever is redeemed later: a benchmark of refusals would be another one. */
  readonly openingPoints: number
  /** So far back entries reach, evenly. Default 365. */
  readonly historyDays?: number
}

export const entriesOf = ({ tenants, membersPerTenant, entriesPerCard }: Population): number =>
  tenants * membersPerTenant * entriesPerCard

/** Tenants are numbered from 0. */
export const tenantId = (tenant: number): string => `bench-${tenant}`

/** Of customer number c, over all tenants. Such ids sort as their numbers do, as with UUIDv7. */
export const customerId = (customer: number): string =>
  `0199f000-000${CUSTOMER}-7000-8000-${customer.toString(16).padStart(12, '0')}`

/** The digit that tells customers' ids from others made of numbers. */
export const CUSTOMER = 2

/** The tenants that also have an owner, who can sign in: hashing a password takes its time, on purpose. */
export const OWNERS_MAX = 10

export const ownerOf = (tenant: number) => ({
  tenant: tenantId(tenant),
  email: `owner@${tenantId(tenant)}.test`,
  password: 'bench-pass-1',
})

export const terminalKey = (tenant: number): string => `bench-terminal-key-${tenant}`

/** E.164. */
export const phoneOf = (population: Population, tenant: number, member: number): string =>
  `+${FIRST_PHONE + tenant * population.membersPerTenant + member}`

/** As a customer number is written in SQL and in `phoneOf`: 447000000000 is customer 0. */
export const FIRST_PHONE = 447_000_000_000
