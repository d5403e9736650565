/** Everything that goes wrong in the stories: what the wire, the servers, the clock and the tokens did, as it took effect. */
const kinds = [
  'message lost',
  'message repeated',
  'message overtaken',
  'event unannounced',
  'socket cut',
  'socket half-open',
  'socket refused while draining',
  'realtime unreachable',
  'realtime restarted',
  'API unreachable',
  'API silent',
  'API overloaded',
  'history rewritten',
  'reset of a rewritten history',
  'reset past retention',
  'clock jumped ahead',
  'clock set back',
  'token refused',
  'token not given',
] as const

export type Fault = (typeof kinds)[number]

/** Counts faults over many stories, so that a test can show that it has met all of them. */
export type FaultBook = {
  note(fault: Fault): void
  readonly counts: Readonly<Record<Fault, number>>
}

export function createFaultBook(): FaultBook {
  const counts = Object.fromEntries(kinds.map((kind) => [kind, 0])) as Record<Fault, number>
  return {
    counts,
    note(fault) {
      counts[fault] += 1
    },
  }
}
