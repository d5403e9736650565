import type { PeerName } from './peers.ts'

type Traffic =
  /** Requests at a steady rate, whoever keeps up or not. */
  | { readonly kind: 'paced'; readonly perSecond: number }
  /** As fast as the server takes them, with so many requests under way. */
  | { readonly kind: 'saturated'; readonly atOnce: number }

export type Scenario = {
  readonly name: string
  readonly sockets: number
  readonly rooms: number
  readonly traffic: Traffic
  /** Default 1. More, as our own API sends what piles up, only where both have a way to say so. */
  readonly eventsPerRequest?: number
  /** Who is measured; absent: everybody. */
  readonly peers?: readonly PeerName[]
}

export const scenarios = {
  steady: {
    name: '20 events/s × 1,000 sockets',
    sockets: 1000,
    rooms: 1,
    traffic: { kind: 'paced', perSecond: 20 },
  },
  busy: {
    name: '500 events/s × 200 sockets',
    sockets: 200,
    rooms: 1,
    traffic: { kind: 'paced', perSecond: 500 },
  },
  saturated: {
    name: 'saturated × 200 sockets',
    sockets: 200,
    rooms: 1,
    traffic: { kind: 'saturated', atOnce: 8 },
  },
  relayed: {
    name: 'saturated × 200 sockets, 20 events a request',
    sockets: 200,
    rooms: 1,
    traffic: { kind: 'saturated', atOnce: 2 },
    eventsPerRequest: 20,
    peers: ['ours', 'socketio'],
  },
  rooms: {
    name: '1,000 rooms × 5 sockets, 500 events/s',
    sockets: 5000,
    rooms: 1000,
    traffic: { kind: 'paced', perSecond: 500 },
  },
} as const satisfies Record<string, Scenario>

export type ScenarioName = keyof typeof scenarios
export const scenarioNames = Object.keys(scenarios) as ScenarioName[]
