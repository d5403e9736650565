import type { ClientBase } from 'pg'
import { withClient } from '../../scripts/database.ts'
import { addStaff, addTerminal } from '../../scripts/tenants.ts'
import { EVENT_DAYS, historyStatement, peopleStatements } from './generate-sql.ts'
import { entriesOf, ownerOf, OWNERS_MAX, tenantId, terminalKey, type Population } from './population.ts'

/** Entries in one statement: long enough to be set-based, short enough for the bar to move. */
const CHUNK = 100_000

/**
 * Fills an empty, migrated database, at some ten thousand entries a second. What it makes is what the API would have made:
 * `npm run verify -- --all` finds nothing wrong with it.
 *
 * Entries are written in the order of time over all tenants, as they would have come in, so that they lie on disk as they
 * would after a year.
 *
 * @param url of a superuser: triggers and foreign keys are off meanwhile
 * @param onProgress told of how many entries are there, of how many
 */
export function generate(
  url: string,
  population: Population,
  onProgress: (done: number, total: number) => void = () => undefined,
): Promise<void> {
  return withClient(url, async (client) => {
    await client.query('set session_replication_role = replica')
    await client.query('set synchronous_commit = off')
    await client.query('select maintain_events(36500)')
    await client.query(PARTITIONS)
    for (const statement of peopleStatements(population)) await client.query(statement)
    const total = entriesOf(population)
    const history = historyStatement(population)
    for (let from = 0; from < total; from += CHUNK) {
      onProgress(from, total)
      await client.query(history, [from, Math.min(from + CHUNK, total) - 1])
    }
    onProgress(total, total)
    await client.query('select rebuild_dashboard(id) from tenants')
    await addWhoSignsIn(client, population.tenants)
    await client.query('vacuum analyze')
    await client.query('checkpoint')
  })
}

async function addWhoSignsIn(client: ClientBase, tenants: number): Promise<void> {
  for (let tenant = 0; tenant < tenants; tenant++) {
    await addTerminal(client, { tenant: tenantId(tenant), name: 'Till 1', key: terminalKey(tenant) })
    if (tenant < OWNERS_MAX) await addStaff(client, { ...ownerOf(tenant), name: 'Owner', role: 'owner' })
  }
}

/** A partition for each day of which events are kept; those of today and later are made by the API's own function. */
const PARTITIONS = `
  do $$
  declare
    day date;
  begin
    for day in
      select (now() at time zone 'UTC')::date - past from generate_series(1, ${EVENT_DAYS}) past
    loop
      execute format(
        'create table %I partition of events for values from (%L) to (%L)',
        'events_' || to_char(day, 'YYYYMMDD'), day::timestamp at time zone 'UTC', (day + 1)::timestamp at time zone 'UTC'
      );
    end loop;
  end $$`
