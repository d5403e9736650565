import { until } from '../harness/until.ts'
import { openBareListener, type BareListener } from './bare-listener.ts'
import { openDesk, type Desk } from './desk.ts'
import type { EngagementBook } from './engagement-book.ts'
import { createFastClock } from './fast-clock.ts'
import type { LedgerBook } from './ledger-book.ts'
import { openListener, type Listener } from './listener.ts'
import type { Platform } from './platform.ts'
import { openTakers, type Takers, type TakersBooks } from './takers.ts'
import { openTelephone, type Telephone } from './telephone.ts'
import { openTill, type Till } from './till.ts'

/** Everybody who uses the platform. */
export type Crowd = Takers & {
  readonly tills: readonly Till[]
  /** One of each tenant, whose customers have the telephones. */
  readonly desks: readonly Desk[]
  readonly telephones: readonly Telephone[]
  readonly listeners: readonly Listener[]
  readonly bareListeners: readonly BareListener[]
  work(): void
  /** Resolves when everybody has an answer to what is in their hand; rejects when that takes longer than half a minute. */
  rest(): Promise<void>
  close(): Promise<void>
}

const BARE_PER_TENANT = 2
/** Of the customers, who are the same in both tenants. */
const TELEPHONES = 4
const ANSWER_MAX_MS = 30_000

export type CrowdOptions = TakersBooks & {
  readonly clientsPerTenant: number
  readonly book: LedgerBook
  readonly engagements: EngagementBook
  readonly seed: number
}

/** Tills and desks that rest, and clients that are awake. */
export async function openCrowd(
  platform: Platform,
  { clientsPerTenant, book, engagements, seed, ...books }: CrowdOptions,
): Promise<Crowd> {
  const { front, wire, tokens, tenants, time } = platform
  const clock = createFastClock(time)
  const tills = tenants.flatMap(({ id, terminalKeys, phones }, tenant) =>
    terminalKeys.map((terminalKey, index) =>
      openTill({ apiUrl: front.url, tenant: id, terminalKey, phones, book, seed: seed + 100 * tenant + index }),
    ),
  )
  const listeners = await Promise.all(
    tenants.flatMap(({ id }) =>
      Array.from({ length: clientsPerTenant }, (_, index) =>
        openListener({
          name: `client ${index} of ${id}`,
          tenant: id,
          apiUrl: front.url,
          realtimeUrl: wire.url,
          getToken: () => tokens.issue(id),
          clock,
        }),
      ),
    ),
  )
  const bareListeners = tenants.flatMap(({ id }) =>
    Array.from({ length: BARE_PER_TENANT }, (_, index) =>
      openBareListener({
        name: `bare client ${index} of ${id}`,
        tenant: id,
        realtimeUrl: wire.url,
        getToken: () => tokens.issue(id),
      }),
    ),
  )
  const telephones = tenants[0]!.customerIds.slice(0, TELEPHONES).map((customerId, index) =>
    openTelephone({
      name: `telephone ${index}`,
      customerId,
      apiUrl: front.url,
      realtimeUrl: wire.url,
      getToken: () => tokens.issueCustomer(customerId),
      clock,
      book: engagements,
      seed: seed + 1000 + index,
    }),
  )
  const desks = tenants.map(({ id }, tenant) =>
    openDesk({
      apiUrl: front.url,
      tenant: id,
      getToken: () => tokens.issue(id),
      tokenOf: (customerId) => tokens.issueCustomer(customerId),
      telephones,
      book: engagements,
      seed: seed + 2000 + tenant,
    }),
  )
  const takers = openTakers(platform, books, seed)
  for (const listener of listeners) listener.wake()
  const workers = [...tills, ...desks, ...telephones, ...Object.values(takers).flat()]
  return {
    tills,
    desks,
    ...takers,
    telephones,
    listeners,
    bareListeners,
    work() {
      for (const worker of workers) worker.work()
    },
    async rest() {
      let rested = false
      void Promise.all(workers.map((worker) => worker.rest())).finally(() => (rested = true))
      await until(() => rested, 'an answer for everybody', ANSWER_MAX_MS, time.now)
    },
    async close() {
      for (const listener of bareListeners) listener.close()
      await Promise.all([...workers, ...listeners].map((each) => each.close()))
    },
  }
}
