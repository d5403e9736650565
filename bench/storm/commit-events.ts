import { withClient } from '../../scripts/database.ts'
import { phoneOf, tenantId, type Population } from '../database/population.ts'

/** Commits so many changes for every tenant, all at once and past the API: what its screens then do not know. */
export function commitEvents(url: string, population: Population, each: number): Promise<void> {
  return withClient(url, async (client) => {
    const changes = Array.from({ length: population.tenants * each }, (_, index) => ({
      tenant: tenantId(index % population.tenants),
      actor: { type: 'terminal', id: 'till-1', name: 'Till 1' },
      kind: 'redeem',
      phone: phoneOf(population, index % population.tenants, 0),
      points: 1,
    }))
    await client.query('select from apply_changes($1)', [JSON.stringify(changes)])
  })
}
