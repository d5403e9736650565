import type { Population } from '../database/population.ts'
import type { Settings } from '../run/part.ts'

/** A database of one size. */
export type Size = { readonly entries: number; readonly tenants: number; readonly population: Population }

export type Sizes = {
  /** More and more entries, of more and more members, in as many tenants. */
  readonly byEntries: readonly Size[]
  /** As many entries, in more and more tenants. */
  readonly byTenants: readonly Size[]
}

const ENTRIES_PER_CARD = 10
const ENTRIES_MIN = 1000
const TENANTS = 10
const TENANT_COUNTS = [1, 10, 100, 1000]

export function sizesOf({ entriesMax, quick }: Settings): Sizes {
  const steps: number[] = []
  for (let entries = ENTRIES_MIN; entries <= entriesMax; entries *= 10) steps.push(entries)
  const spread = quick ? 1e4 : 1e5
  return {
    byEntries: steps.map((entries) => sizeOf(entries, TENANTS)),
    byTenants: TENANT_COUNTS.map((tenants) => sizeOf(spread, tenants)),
  }
}

function sizeOf(entries: number, tenants: number): Size {
  const membersPerTenant = Math.max(1, Math.round(entries / tenants / ENTRIES_PER_CARD))
  const population = { tenants, membersPerTenant, entriesPerCard: ENTRIES_PER_CARD, openingPoints: 1_000_000 }
  return { entries, tenants, population }
}
