import type { Breach } from './breach.ts'
import type { Crowd } from './crowd.ts'
import type { EngagementBook } from './engagement-book.ts'
import type { LedgerBook } from './ledger-book.ts'
import type { PaymentBook } from './payment-book.ts'
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
}

export type Books = {
  readonly book: LedgerBook
  readonly engagements: EngagementBook
  readonly payments: PaymentBook
}

/** @param start what the database held when the book was opened and the clients took their first snapshot, or before */
export function createReferee(
  platform: Platform,
  crowd: Crowd,
  { book, engagements, payments }: Books,
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
      ...told.flatMap(({ toldTwice }) =>
        toldTwice.map((id): Breach => ({ kind: 'doubled', detail: `notification ${id} was told twice` })),
      ),
    ]
  }

  return {
    async check(historyRewritten) {
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
    },
    async restore(putBackupInPlace) {
      await crowd.rest()
      const breaches = checkBooks(await readTruth(database.url, checked))
      await putBackupInPlace()
      const restored = await readTruth(database.url, new Map())
      checked = headsOf(restored)
      book.restart(cardsOf(restored))
      engagements.restart()
      payments.restart()
      for (const one of [...crowd.tills, ...crowd.providers]) one.forget()
      crowd.work()
      return breaches
    },
  }
}

const headsOf = (truth: ReadonlyMap<string, Truth>) => new Map([...truth].map(([tenant, { head }]) => [tenant, head]))
const entriesOf = (truth: ReadonlyMap<string, Truth>) => [...truth.values()].flatMap(({ entries }) => entries)

/** The cards of all tenants. */
export function cardsOf(truth: ReadonlyMap<string, Truth>) {
  return new Map([...truth.values()].flatMap(({ cards }) => [...cards]))
}
