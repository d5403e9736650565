import type { FaultBook } from './faults.ts'
import type { VirtualClock } from './virtual-clock.ts'

/** What the network and the servers do wrong; all of it can change while a client runs. */
export type Weather = {
  /** Share of socket messages that are lost, sent twice, or overtaken by later ones. */
  lost: number
  repeated: number
  overtaken: number
  latencyMs: number
  api: 'up' | 'unreachable' | 'silent' | 'overloaded'
  realtime: 'up' | 'unreachable' | 'draining'
  tokens: 'given' | 'refused'
  /** Share of commits of which the realtime server never hears. */
  unannounced: number
}

export const CALM: Weather = {
  lost: 0,
  repeated: 0,
  overtaken: 0,
  latencyMs: 20,
  api: 'up',
  realtime: 'up',
  tokens: 'given',
  unannounced: 0,
}

/** What every part of the model stands on. */
export type World = {
  readonly clock: VirtualClock
  readonly weather: Weather
  readonly random: () => number
  readonly faults: FaultBook
}

/** Whether this is one of the `share` that it happens to. */
export function chance({ random }: World, share: number): boolean {
  return random() < share
}

/** Runs when the wire has brought it, at the latest after the weather's latency. */
export function later({ clock, weather, random }: World, run: () => void): void {
  clock.after(weather.latencyMs * random(), run)
}

export function every(world: World, intervalMs: number, run: () => void): void {
  world.clock.after(intervalMs, () => {
    run()
    every(world, intervalMs, run)
  })
}
