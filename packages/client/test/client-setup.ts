import { expect } from 'vitest'
import { createLoyaltyClient } from '../src/client.ts'
import type { LoyaltyClientError } from '../src/errors.ts'
import type { LoyaltyClientOptions } from '../src/options.ts'
import { eventAt } from './events.ts'
import { createHandSockets } from './hand-socket.ts'
import { createModelServer } from './model-server.ts'
import { createVirtualClock, settlePromises } from './virtual-clock.ts'

/** A client at 1:10 of a stream of ten, whose API is the model and whose sockets the test serves. */
export function setUp(options: Partial<LoyaltyClientOptions> = {}) {
  const clock = createVirtualClock()
  const server = createModelServer(clock, () => 0.5)
  server.commit(10)
  const sockets = createHandSockets()
  const errors: LoyaltyClientError[] = []
  const client = createLoyaltyClient({
    apiUrl: 'https://api.test',
    realtimeUrl: 'https://live.test',
    getToken: server.getToken,
    cursor: '1:10',
    clock,
    random: () => 0.5,
    fetch: server.fetch,
    createSocket: sockets.createSocket,
    onError: (error) => errors.push(error),
    ...options,
  })
  const seen: string[] = []
  client.on('event', ({ epoch, seq }) => seen.push(`${epoch}:${seq}`))
  client.on('reset', ({ cursor }) => seen.push(`reset ${cursor}`))
  const states: string[] = []
  client.on('status', ({ state }) => states.push(state))
  return { clock, server, client, errors, seen, states, sockets: sockets.all, socket: () => sockets.all.at(-1)! }
}

/** The same, once it is live. */
export async function setUpLive(options: Partial<LoyaltyClientOptions> = {}) {
  const it = setUp(options)
  it.client.start()
  await it.clock.advance(100)
  it.socket().ready('1:10', true)
  await settlePromises()
  expect(it.client.status.state).toBe('live')
  return it
}

/** Events of the first epoch, over the socket. */
export function send(it: { socket(): { message(name: string, payload: unknown): void } }, ...seqs: number[]): void {
  for (const seq of seqs) it.socket().message('loyalty_updated', eventAt(1, seq))
}
