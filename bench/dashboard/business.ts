import type { Settings } from '../run/part.ts'
import type { Population } from '../database/population.ts'

/** One business with a long history, open day and night, so that no hour of it is empty: the most that can be kept. */
export type Business = { readonly population: Population; readonly payments: number }

/** Long enough for a year and the one before it. */
const HISTORY_DAYS = 730
const ENTRIES_PER_CARD = 50

export function businessOf({ quick }: Settings): Business {
  const membersPerTenant = quick ? 2_000 : 100_000
  return {
    population: {
      tenants: 1,
      membersPerTenant,
      entriesPerCard: ENTRIES_PER_CARD,
      openingPoints: 1_000_000,
      historyDays: HISTORY_DAYS,
    },
    payments: 10 * membersPerTenant,
  }
}
