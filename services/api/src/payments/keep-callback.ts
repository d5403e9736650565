import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import type { Result } from '../http/result.ts'
import { runEngagement, type EngageDeps, type Engaged, type EngagedRow } from '../stream/engage.ts'
import { providerActor, type Callback, type Provider } from './provider.ts'

/**
 * Keeps a callback, which was proved to be the provider's, and does what it says: one transaction, one round trip. A repeat is
 * given the first answer, and waits for nobody.
 */
export function keepCallback(
  deps: EngageDeps,
  provider: Pick<Provider, 'name' | 'label'>,
  tenant: string,
  { key, fact }: Extract<Callback, { kind: 'fact' }>,
  raw: Buffer,
): Promise<Result<Engaged>> {
  const digest = createHash('sha256').update(raw).digest('hex')
  const said = JSON.stringify({ provider: provider.name, key, digest, fact })
  const actor = JSON.stringify(providerActor(provider))
  return runEngagement(
    deps,
    sql<EngagedRow>`select * from receive_callback(${tenant}, ${actor}::json, ${said}::json, ${raw}::bytea)`,
  )
}
