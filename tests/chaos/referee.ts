import { withClient } from '../../scripts/database.ts'
import { until } from '../harness/until.ts'
import type { BookingBook } from './booking-book.ts'
import { readAllBookings } from './booking-truth.ts'
import type { Breach } from './breach.ts'
import type { Crowd } from './crowd.ts'
import type { EngagementBook } from './engagement-book.ts'
import type { LedgerBook } from './ledger-book.ts'
import type { PaymentBook } from './payment-book.ts'
import { readPending } from './payment-truth.ts'
import type { Platform } from './platform.ts'
import { compareScreen, reconcile } from './reconcile.ts'
import { compareCustomers, converge, describe } from './recovery.ts'
import { readTruth, type Truth } from './truth.ts'

/** Holds what everybody was told against what PostgreSQL holds, from one check to the next. */
export type Referee = {
  /**
   * Waits until the tills rest and every client stands where its stream does, then checks everything since the last time.
   *
   * @param historyRewritten whether a backup was restored since
   */
  check(historyRewritten: boolean): Promise<Breach[]>
  /** Checks the ledger while what the backup lacks is still there, restores, and starts everybody from the backup. */
  restore(putBackupInPlace: () => Promise<void>): Promise<Breach[]>
  /** Waits until providers were asked for every payment that they have ended and nobody told of, then checks everything. */
  settle(): Promise<Breach[]>
}

export type Books = {
  readonly book: LedgerBook
  readonly engagements: EngagementBook
  readonly payments: PaymentBook
  readonly bookings: BookingBook
}

/** The reconciler asks after a second, and then later and later; a process that was killed has put it off. */
const OWED_MAX_MS = 60_000

/** @param start what the database held when the book was opened and the clients took their first snapshot, or before */
export function createReferee(
  platform: Platform,
  crowd: Crowd,
  { book, engagements, payments, bookings }: Books,
  start: ReadonlyMap<string, Truth>,
): Referee {
  const { database } = platform
  let checked = headsOf(start)

  function checkBooks(truth: ReadonlyMap<string, Truth>): Breach[] {
    checked = headsOf(truth)
    const told = [...truth.values()]
    return [
      ...book.check(entriesOf(truth), cardsOf(truth)),
      ...engagements.check(told.flatMap((of) => of.engagements)),
      ...payments.check(told.flatMap((of) => of.payments)),
      ...bookings.check(told.flatMap((of) => of.bookings)),
      ...told.flatMap(({ toldTwice }) =>
        toldTwice.map((id): Breach => ({ kind: 'doubled', detail: `notification ${id} was told twice` })),
      ),
    ]
  }

  const readOwed = () => withClient(database.url, async (client) => payments.owed(await readPending(client)))

  async function check(historyRewritten: boolean): Promise<Breach[]> {
    await crowd.rest()
    const { truth, converged } = await converge(platform, crowd, checked)
    const clients = crowd.listeners.flatMap((listener) => {
      const { name, tenant, cards } = listener
      const of = truth.get(tenant)!
      return [...compareScreen(name, cards, of.cards), ...reconcile(listener.takeLog(), of, historyRewritten)]
    })
    const bareClients = crowd.bareListeners.flatMap((listener) => listener.check())
    const customers = [
      ...(await compareCustomers(platform, crowd)),
      ...crowd.telephones.flatMap((telephone) => telephone.takeFaults()),
    ]
    const why = `not every client came to the head of its stream; ${describe(crowd)}`
    const stuck: Breach[] = converged ? [] : [{ kind: 'stuck', detail: why }]
    return [...stuck, ...clients, ...bareClients, ...customers, ...checkBooks(truth)]
  }

  return {
    check,
    async restore(putBackupInPlace) {
      await crowd.rest()
      const breaches = checkBooks(await readTruth(database.url, checked))
      await putBackupInPlace()
      const restored = await readTruth(database.url, new Map())
      checked = headsOf(restored)
      book.restart(cardsOf(restored))
      engagements.restart()
      await withClient(database.url, async (client) => {
        payments.restart(await readPending(client))
        bookings.restart(await readAllBookings(client))
      })
      for (const one of [...crowd.tills, ...crowd.providers, ...crowd.collectors]) one.forget()
      crowd.work()
      return breaches
    },
    async settle() {
      const nobodyOwes = async () => (await readOwed()).length === 0
      await until(nobodyOwes, 'no payment to be asked for', OWED_MAX_MS, platform.time.now).catch(() => undefined) // told below
      const never = (await readOwed()).map(({ id, name, tenant }): Breach => ({
        kind: 'lost',
        detail: `payment ${id} (${name}) of ${tenant} is pending, although its provider has ended it`,
      }))
      return [...never, ...(await check(false))]
    },
  }
}

const headsOf = (truth: ReadonlyMap<string, Truth>) => new Map([...truth].map(([tenant, { head }]) => [tenant, head]))
const entriesOf = (truth: ReadonlyMap<string, Truth>) => [...truth.values()].flatMap(({ entries }) => entries)

/** The cards of all tenants. */
export function cardsOf(truth: ReadonlyMap<string, Truth>) {
  return new Map([...truth.values()].flatMap(({ cards }) => [...cards]))
}
