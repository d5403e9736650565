/**
 * What the client may say about itself. It says `live` only while a socket has joined *and* nothing is missing; silence of
 * the socket reaches it as `socket-lost`. Whenever `live` is left, what REST said before is forgotten: until it answers
 * again nothing is known.
 *
 * | state                                    | shown        | means                                                  |
 * |------------------------------------------|--------------|--------------------------------------------------------|
 * | seeking, socket down, rest unknown       | connecting   | nothing is known yet                                   |
 * | seeking, socket joined, rest unknown     | connecting   | the socket is up; what was missed is still being read  |
 * | seeking, rest answering                  | polling      | no live stream, but the last catch-up succeeded        |
 * | seeking, rest failing                    | offline      | no live stream, and the last catch-up failed           |
 * | live                                     | live         | every event comes as it happens, nothing is missing    |
 * | unauthorized                             | unauthorized | the token was refused, and a fresh one too             |
 * | stopped                                  | offline      | stop() was called                                      |
 */
export type MachineState =
  | { readonly at: 'seeking'; readonly socket: 'down' | 'joined'; readonly rest: 'unknown' | 'answering' | 'failing' }
  | { readonly at: 'live' }
  | { readonly at: 'unauthorized' }
  | { readonly at: 'stopped' }

export type MachineInput =
  | 'started'
  | 'stopped'
  /** The socket's first message: the server let us in. */
  | 'socket-joined'
  /** The socket ended, was refused, or has been silent for too long. */
  | 'socket-lost'
  /** Every event that the server has told of was delivered, and no catch-up is owed. */
  | 'caught-up'
  /** Something is missing, or may be: a catch-up is owed. */
  | 'fell-behind'
  | 'rest-answered'
  | 'rest-failed'
  | 'token-refused'

export type ShownState = 'connecting' | 'live' | 'polling' | 'offline' | 'unauthorized'

export const initialState: MachineState = { at: 'seeking', socket: 'down', rest: 'unknown' }

/** The state after an input; SPEC.md has the whole table. */
export function transition(state: MachineState, input: MachineInput): MachineState {
  if (input === 'stopped') return STOPPED
  switch (state.at) {
    case 'stopped':
    case 'unauthorized':
      return input === 'started' ? initialState : state
    case 'live':
      return fromLive(state, input)
    case 'seeking':
      return fromSeeking(state, input)
    default:
      return state satisfies never
  }
}

/** What people are shown. */
export function shownState(state: MachineState): ShownState {
  switch (state.at) {
    case 'live':
    case 'unauthorized':
      return state.at
    case 'stopped':
      return 'offline'
    case 'seeking':
      return ({ unknown: 'connecting', answering: 'polling', failing: 'offline' } as const)[state.rest]
    default:
      return state satisfies never
  }
}

type Live = Extract<MachineState, { at: 'live' }>
type Seeking = Extract<MachineState, { at: 'seeking' }>
type RunningInput = Exclude<MachineInput, 'stopped'>

const STOPPED: MachineState = { at: 'stopped' }

function fromLive(state: Live, input: RunningInput): MachineState {
  switch (input) {
    case 'socket-lost':
      return initialState
    case 'fell-behind':
    case 'socket-joined':
      return { at: 'seeking', socket: 'joined', rest: 'unknown' }
    case 'token-refused':
      return { at: 'unauthorized' }
    case 'started':
    case 'caught-up':
    case 'rest-answered':
    case 'rest-failed':
      return state
    default:
      return input satisfies never
  }
}

function fromSeeking(state: Seeking, input: RunningInput): MachineState {
  switch (input) {
    case 'caught-up':
      // Without a joined socket the next event would not reach us: caught up, but not live.
      return state.socket === 'joined' ? { at: 'live' } : state
    case 'socket-joined':
      return { ...state, socket: 'joined' }
    case 'socket-lost':
      return { ...state, socket: 'down' }
    case 'rest-answered':
      return { ...state, rest: 'answering' }
    case 'rest-failed':
      return { ...state, rest: 'failing' }
    case 'token-refused':
      return { at: 'unauthorized' }
    case 'started':
    case 'fell-behind':
      return state
    default:
      return input satisfies never
  }
}
