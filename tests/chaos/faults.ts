import type { Random } from '../../scripts/random.ts'
import { databaseFaults } from './database-faults.ts'
import { networkFaults } from './network-faults.ts'
import type { Platform } from './platform.ts'
import { processFaults } from './process-faults.ts'

/**
 * Something that goes wrong, and is put right again.
 *
 * prepare (nothing is wrong yet) → strike → it lasts for `lastsMs` → heal. All of what is left to chance is drawn when it is made,
 * from the seed of the round: the same seed does the same things in the same order.
 */
export type Fault = {
  readonly lastsMs: number
  prepare?(): Promise<void>
  strike(): Promise<void> | void
  /** Resolves when what was taken away is there again; what it made of the others may take longer. */
  heal(): Promise<void> | void
  /** The tills rest while it strikes, and every client is owed a reset. */
  readonly rewritesHistory?: boolean
}

/** Null where this machine cannot do it. */
export type MakeFault = (platform: Platform, random: Random) => Fault | null

const faults = { ...processFaults, ...networkFaults, ...databaseFaults } satisfies Record<string, MakeFault>

export type FaultKind = keyof typeof faults

export const faultKinds = Object.keys(faults) as FaultKind[]

/** Those that end a process without a warning. */
export const killKinds = ['kill-api', 'kill-apis', 'kill-realtime', 'kill-postgres', 'kill-all'] satisfies FaultKind[]

export function makeFault(kind: FaultKind, platform: Platform, random: Random): Fault | null {
  return faults[kind](platform, random)
}

/** Every kind once before any comes again, in another order each time. */
export function* dealFaults(kinds: readonly FaultKind[], random: Random): Generator<FaultKind, never> {
  for (;;) yield* random.shuffled(kinds)
}
