import { setTimeout as sleep } from 'node:timers/promises'
import { formatCursor, parseCursor, type Cursor } from '@loyalty-live/events'
import { withClient } from '../../scripts/database.ts'
import { withSnapshot } from '../../scripts/verify/snapshot.ts'
import type { Random } from '../../scripts/random.ts'
import { until } from '../harness/until.ts'
import type { Breach } from './breach.ts'
import type { Crowd } from './crowd.ts'
import type { CustomerTruth } from './customer-screen.ts'
import { readCustomer } from './engagement-truth.ts'
import type { Fault } from './faults.ts'
import type { Listener } from './listener.ts'
import type { Platform } from './platform.ts'
import { readHeads, readTruth, type Truth } from './truth.ts'

export type Stage = { readonly platform: Platform; readonly crowd: Crowd; readonly random: Random }

/** Longer than this, of our own time, and it is not slow but stuck. */
const WELL_AGAIN_MAX_MS = 30_000
const LOOK_AGAIN_MS = 10
/** The SDK reads a customer's snapshots again after a minute, of its own clock, whatever happens. */
const CUSTOMER_MAX_MS = 12_000

/**
 * Puts everything right, and waits until everybody who asks has had an answer since, and every client is live and has all that was
 * committed by then. Gives how long that took.
 *
 * @param quiet the tills finish what they have in hand, and nothing comes after it that would show what got lost; otherwise
 *   they go on all the while
 */
export async function recover({ platform, crowd, random }: Stage, fault: Fault, quiet: boolean): Promise<number> {
  const sinceMs = performance.now()
  const resting = quiet ? crowd.rest() : null
  for (const listener of crowd.listeners) listener.wake()
  await fault.heal()
  platform.wire.heal()
  const askers = [...crowd.tills, ...crowd.desks, ...crowd.receptions, ...crowd.cashiers, ...crowd.providers]
  const { now } = platform.time
  const isAnswered = ({ answeredAtMs }: (typeof askers)[number]) => answeredAtMs > sinceMs
  await (resting ?? until(() => askers.every(isAnswered), 'an answer for everybody who asks', WELL_AGAIN_MAX_MS, now))
  const heads = await until(
    () => withClient(platform.database.url, readHeads).catch(() => null), // still recovering
    'the database to answer',
    WELL_AGAIN_MAX_MS,
    now,
  )
  const isWell = (listener: Listener) =>
    listener.client.status.state === 'live' && !listener.loading && hasReached(listener, heads.get(listener.tenant)!)
  await until(() => crowd.listeners.every(isWell), 'every client live and complete', WELL_AGAIN_MAX_MS, now)
  const tookMs = performance.now() - sinceMs
  if (!quiet) await sleep(random.int(20, 120))
  return tookMs
}

/**
 * Waits until nothing moves any more and every client stands where its stream does. Gives what PostgreSQL holds then, or
 * after the time is up, and whether they ever did: who does not is held against it all the same, to tell why.
 */
export async function converge(
  { database: { url }, time }: Platform,
  { listeners }: Crowd,
  since: ReadonlyMap<string, Cursor>,
): Promise<{ truth: ReadonlyMap<string, Truth>; converged: boolean }> {
  let truth: ReadonlyMap<string, Truth>
  const stands = ({ loading, client, tenant }: Listener) =>
    !loading && client.cursor === formatCursor(truth.get(tenant)!.head)
  const deadlineMs = time.now() + WELL_AGAIN_MAX_MS
  for (;;) {
    truth = await readTruth(url, since)
    const converged = listeners.every(stands)
    if (converged || time.now() > deadlineMs) return { truth, converged }
    await sleep(LOOK_AGAIN_MS)
  }
}

/**
 * Waits until every customer's screen shows what PostgreSQL holds of them, in all tenants. Nothing moves any more but what a
 * provider was asked about, and nobody makes them look again: they come to it by themselves, or tell what they lack.
 */
export async function compareCustomers(
  { database: { url }, time }: Platform,
  { telephones }: Crowd,
): Promise<Breach[]> {
  const readCustomers = () =>
    withSnapshot(url, async (client) => {
      const read: CustomerTruth[] = []
      for (const { customerId } of telephones) read.push(await readCustomer(client, customerId))
      return read
    })
  const deadlineMs = time.now() + CUSTOMER_MAX_MS
  for (;;) {
    const truths = await readCustomers()
    const differences = telephones.flatMap((telephone, index) => telephone.differences(truths[index]!))
    if (differences.length === 0 || time.now() > deadlineMs) return differences
    await sleep(LOOK_AGAIN_MS)
  }
}

function hasReached({ client }: Listener, head: Cursor): boolean {
  const at = client.cursor === null ? null : parseCursor(client.cursor)
  return at !== null && at.epoch === head.epoch && at.seq >= head.seq
}

/** Who is not well, for the person who has to find out why. */
export function describe({ tills, listeners }: Crowd): string {
  const behind = listeners
    .filter(({ client, loading }) => client.status.state !== 'live' || loading)
    .map(({ name, client, loading }) => {
      const { state, reason } = client.status
      return `${name} is ${state} (${reason}) at ${client.cursor}${loading ? ', without a snapshot' : ''}`
    })
  const silentMs = tills.map(({ answeredAtMs }) => Math.round(performance.now() - answeredAtMs))
  return `${behind.length} clients not live: ${behind.slice(0, 5).join('; ')}; tills answered ${silentMs.join(', ')} ms ago`
}
