import { setTimeout as sleep } from 'node:timers/promises'
import { Random } from '../../scripts/random.ts'
import { auditAll } from './audit-all.ts'
import type { Breach } from './breach.ts'
import { BookingBook } from './booking-book.ts'
import { openCrowd, type Crowd } from './crowd.ts'
import { makeFault, type Fault, type FaultKind } from './faults.ts'
import { EngagementBook } from './engagement-book.ts'
import { LedgerBook } from './ledger-book.ts'
import { PaymentBook } from './payment-book.ts'
import { openPlatform, POINTS_PER_CURRENCY_UNIT, type Platform } from './platform.ts'
import { describe, recover, type Stage } from './recovery.ts'
import { cardsOf, createReferee, type Referee } from './referee.ts'
import { readTruth } from './truth.ts'

export type RoundReport = {
  readonly kind: FaultKind
  /** From the beginning of the healing until everybody was well again; null when nobody ever was. */
  readonly recoveryMs: number | null
  readonly breaches: readonly Breach[]
}

type RoundOptions = {
  /** Called while the fault lasts. */
  readonly during?: () => Promise<void>
}

export type Chaos = {
  readonly platform: Platform
  readonly crowd: Crowd
  readonly book: LedgerBook
  readonly engagements: EngagementBook
  readonly payments: PaymentBook
  readonly bookings: BookingBook
  /**
   * One round: load → fault → healed → everybody well again → tills rest → everything is held against PostgreSQL.
   * Null when this machine cannot do that fault.
   */
  round(kind: FaultKind, options?: RoundOptions): Promise<RoundReport | null>
  /** What providers know and nobody told is asked for; then everything is checked as after a round, and as `npm run verify -- --all` does. */
  audit(): Promise<readonly Breach[]>
  close(options?: { keepLogs?: boolean }): Promise<void>
}

export type ChaosOptions = {
  readonly seed: number
  readonly tillsPerTenant?: number
  readonly clientsPerTenant?: number
}

/** Opens the platform with everybody who uses it. */
export async function openChaos(options: ChaosOptions): Promise<Chaos> {
  const { seed, tillsPerTenant = 4, clientsPerTenant = 25 } = options
  const ends: string[] = []
  const platform = await openPlatform({ seed, tillsPerTenant, onUnexpectedEnd: (how) => ends.push(how) })
  try {
    const start = await readTruth(platform.database.url, new Map())
    const book = new LedgerBook(cardsOf(start))
    const engagements = new EngagementBook()
    const payments = new PaymentBook(POINTS_PER_CURRENCY_UNIT)
    const bookings = new BookingBook()
    const books = { book, engagements, payments, bookings }
    const crowd = await openCrowd(platform, { ...books, clientsPerTenant, seed })
    const referee = createReferee(platform, crowd, books, start)
    let rounds = 0
    return {
      platform,
      crowd,
      ...books,
      async round(kind, { during } = {}) {
        // Of its own, so that a round does the same whatever the rounds before it took from chance.
        const random = new Random(seed + 7919 * ++rounds)
        const quiet = random.chance(QUIET_SHARE)
        const fault = makeFault(kind, platform, random)
        if (fault === null) return null
        const { recoveryMs, breaches } = await play({ platform, crowd, random }, referee, fault, quiet, during)
        const ended = ends.splice(0)
        if (ended.length > 0) await startMissing(platform)
        return { kind, recoveryMs, breaches: [...breaches, ...ended.map(asBreach)] }
      },
      async audit() {
        return [...(await referee.settle()), ...(await auditAll(platform.database.url))]
      },
      async close(how) {
        await crowd.close()
        await platform.close(how)
      },
    }
  } catch (error) {
    await platform.close()
    throw error
  }
}

/** Rounds in which the tills fall silent before the fault is over. */
const QUIET_SHARE = 0.3
/** Within this a till is answered, unless the fault keeps it from that. */
const LAST_WORDS_MS = 250

async function play(
  stage: Stage,
  referee: Referee,
  fault: Fault,
  quiet: boolean,
  during: RoundOptions['during'],
): Promise<Omit<RoundReport, 'kind'>> {
  const { crowd } = stage
  const breaches: Breach[] = []
  let recoveryMs: number | null = null

  async function attempt(step: () => Promise<void>): Promise<void> {
    try {
      await step()
    } catch (error) {
      breaches.push({ kind: 'stuck', detail: `${(error as Error).message}; ${describe(crowd)}` })
    }
  }

  await attempt(async () => {
    await loadUp(stage, fault)
    if (fault.rewritesHistory) breaches.push(...(await referee.restore(async () => fault.strike())))
    else await suffer(fault, during)
    // What the last change told is lost in the fault, and nothing follows that would show it.
    if (quiet) await Promise.race([crowd.rest(), sleep(LAST_WORDS_MS)])
  })
  // Whatever came of it, what was taken away is put back.
  await attempt(async () => void (recoveryMs = await recover(stage, fault, quiet)))
  await attempt(async () => void breaches.push(...(await referee.check(fault.rewritesHistory ?? false))))
  return { recoveryMs, breaches }
}

/** All tills at work; some clients asleep, some loading their page again, some that read slowly. */
async function loadUp({ platform, crowd, random }: Stage, fault: Fault): Promise<void> {
  await fault.prepare?.()
  crowd.work()
  for (const listener of crowd.listeners) {
    const habit = random.weighted({ watches: 8, sleeps: 1, reloads: 1 })
    if (habit === 'sleeps') await listener.sleep()
    if (habit === 'reloads') void listener.reload()
  }
  platform.wire.freeze(() => random.chance(0.06))
  await sleep(random.int(100, 350))
}

async function suffer(fault: Fault, during: RoundOptions['during']): Promise<void> {
  await fault.strike()
  await Promise.all([sleep(fault.lastsMs), during?.()])
}

const asBreach = (detail: string): Breach => ({ kind: 'unpromised', detail })

async function startMissing({ apis, realtime }: Platform): Promise<void> {
  await Promise.all([...apis, realtime].map((service) => service.start()))
}
