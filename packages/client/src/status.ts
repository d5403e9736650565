import type { Clock } from './clock.ts'
import type { LoyaltyClientError } from './errors.ts'
import { initialState, shownState, transition, type MachineInput, type ShownState } from './machine.ts'

/** How fresh the screen is. A new object whenever something in it has changed, and only then. */
export type Status = {
  readonly state: ShownState
  /** When this state began. */
  readonly since: Date
  /** When the server last confirmed that nothing was missing; null until it has. */
  readonly lastConfirmedAt: Date | null
  /** Why it is not live: the server's code, or one of `clientErrors`; null while live, or when nothing has gone wrong. */
  readonly reason: string | null
}

export type StatusKeeper = {
  readonly current: Status
  /** Feeds the machine. An input that comes from a failure brings it along, as the reason. */
  input(input: MachineInput, failure?: LoyaltyClientError): void
  confirm(): void
}

/**
 * Keeps the status. `onChange` is called when the state or its reason has become another, not at each confirmation; in a
 * turn of its own, so that a state which was left at once is never told, and no handler runs in the middle of a change (or
 * of the rendering that asked for the status).
 */
export function createStatusKeeper(clock: Clock, onChange: (status: Status) => void): StatusKeeper {
  let machine = initialState
  let socketReason: string | null = null
  let restReason: string | null = null
  let current: Status = { state: 'connecting', since: new Date(clock.now()), lastConfirmedAt: null, reason: null }
  let told = current
  let telling = false

  function tell(): void {
    telling = false
    if (told.state === current.state && told.reason === current.reason) return
    told = current
    onChange(current)
  }

  function remember(input: MachineInput, failure: LoyaltyClientError | undefined): void {
    const reason = failure === undefined ? null : (failure.serverCode ?? failure.code)
    if (input === 'started') socketReason = restReason = null
    else if (input === 'rest-failed' || input === 'rest-answered') restReason = reason
    else if (input === 'socket-lost' || input === 'token-refused' || input === 'socket-joined') socketReason = reason
    else if (input === 'stopped') socketReason = 'stopped'
  }

  function reasonOf(state: ShownState): string | null {
    if (state === 'live') return null
    if (state === 'offline' && machine.at === 'seeking') return restReason
    return socketReason
  }

  return {
    get current() {
      return current
    },
    input(input, failure) {
      machine = transition(machine, input)
      remember(input, failure)
      const state = shownState(machine)
      const reason = reasonOf(state)
      if (state === current.state && reason === current.reason) return
      const since = state === current.state ? current.since : new Date(clock.now())
      current = { ...current, state, since, reason }
      if (telling) return
      telling = true
      queueMicrotask(tell)
    },
    confirm() {
      const now = clock.now()
      if (current.lastConfirmedAt?.getTime() !== now) current = { ...current, lastConfirmedAt: new Date(now) }
    },
  }
}
