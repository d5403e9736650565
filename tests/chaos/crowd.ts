import { until } from '../harness/until.ts'
import { openBareListener, type BareListener } from './bare-listener.ts'
import type { LedgerBook } from './ledger-book.ts'
import { openListener, type Listener } from './listener.ts'
import type { Platform } from './platform.ts'
import { openTill, type Till } from './till.ts'

/** Everybody who uses the platform. */
export type Crowd = {
  readonly tills: readonly Till[]
  readonly listeners: readonly Listener[]
  readonly bareListeners: readonly BareListener[]
  work(): void
  /** Resolves when every till has an answer to the change in its hand; rejects when that takes longer than half a minute. */
  rest(): Promise<void>
  close(): Promise<void>
}

const BARE_PER_TENANT = 2
const ANSWER_MAX_MS = 30_000

export type CrowdOptions = { readonly clientsPerTenant: number; readonly book: LedgerBook; readonly seed: number }

/** Tills that rest, and clients that are awake. */
export async function openCrowd(platform: Platform, { clientsPerTenant, book, seed }: CrowdOptions): Promise<Crowd> {
  const { front, wire, tokens, tenants } = platform
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
  for (const listener of listeners) listener.wake()
  return {
    tills,
    listeners,
    bareListeners,
    work() {
      for (const till of tills) till.work()
    },
    async rest() {
      let rested = false
      void Promise.all(tills.map((till) => till.rest())).finally(() => (rested = true))
      await until(() => rested, 'an answer for every till', ANSWER_MAX_MS)
    },
    async close() {
      for (const listener of bareListeners) listener.close()
      await Promise.all([...tills, ...listeners].map((each) => each.close()))
    },
  }
}
