import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { startIssuer } from '../broadcast/issuer.ts'
import { peerOf } from '../broadcast/peers.ts'
import { startPeerServer } from '../broadcast/servers.ts'
import { generate } from '../database/generate.ts'
import { phoneOf, tenantId, type Population } from '../database/population.ts'
import { openBenchDatabase } from '../database/server.ts'
import { httpRequest, openHttpConnection, type HttpConnection } from '../driver/http-connection.ts'
import { signInTills } from '../driver/sign-in.ts'
import { startPlatform } from '../machine/platform.ts'
import type { Scratch } from '../machine/scratch.ts'
import { listen } from './listener.ts'
import type { BeginRequests, LoneRequest } from './lone.ts'

const population: Population = { tenants: 1, membersPerTenant: 200, entriesPerCard: 1, openingPoints: 1_000_000 }

/**
 * A redemption through the whole platform: POST, durable commit, relay, realtime server, socket. And, for what HTTP alone
 * costs there, the same request with points that its schema refuses.
 */
export async function openOurs(
  scratch: Scratch,
): Promise<{ begin: BeginRequests; beginRefused: BeginRequests; databaseUrl: string }> {
  const database = await openBenchDatabase(scratch)
  await generate(database.url, population)
  const { apiPort, realtimePort } = await startPlatform(scratch, database.url)
  const tokens = await signInTills(apiPort, 1)
  const listener = await listen(realtimePort, peerOf('ours', { tokens, broadcastSecret: '' }))
  scratch.onClose(async () => listener.close())
  let member = 0
  function send(connection: HttpConnection, points: number, expected: number): Promise<string> {
    const body = { phone: phoneOf(population, 0, ++member % population.membersPerTenant), action: 'redeem', points }
    const headers = {
      authorization: `Bearer ${tokens[0]}`,
      'content-type': 'application/json',
      'idempotency-key': randomUUID(),
    }
    const request = httpRequest('POST', '/api/loyalty/phone-lookup', headers, JSON.stringify(body))
    return insist(connection, request, expected)
  }
  function redeem(connection: HttpConnection) {
    const arrived = listener.next()
    return { answered: send(connection, 1, 201), arrived }
  }
  function beRefused(connection: HttpConnection) {
    const answered = send(connection, 0, 400)
    return { answered, arrived: answered }
  }
  return {
    begin: () => beginOver(apiPort, redeem),
    beginRefused: () => beginOver(apiPort, beRefused),
    databaseUrl: database.url,
  }
}

/** The same message from a broadcast server alone: POST, emit, socket. */
export async function openBroadcast(scratch: Scratch, contender: 'ours' | 'socketio'): Promise<BeginRequests> {
  const server = await startPeerServer(scratch, contender, await startIssuer(scratch), 1, null)
  const peer = peerOf(contender, server.secrets)
  const listener = await listen(server.port, peer)
  scratch.onClose(async () => listener.close())
  let seq = 0
  return () =>
    beginOver(server.port, (connection) => {
      const arrived = listener.next()
      return { answered: insist(connection, peer.publish(0, [++seq]), 202), arrived }
    })
}

/** The part of it that waits for the disk: the ledger's function and its commit, from a connection of this process. */
export async function openLoneCommit(scratch: Scratch, url: string): Promise<BeginRequests> {
  const client = new pg.Client({ connectionString: url, options: '-c role=loyalty_app -c jit=off' })
  await client.connect()
  scratch.onClose(() => client.end())
  let member = 0
  const commit: LoneRequest = () => {
    const change = {
      tenant: tenantId(0),
      actor: { type: 'terminal', id: 'till-1', name: 'Till 1' },
      key: randomUUID(),
      hash: '00',
      kind: 'redeem',
      phone: phoneOf(population, 0, ++member % population.membersPerTenant),
      points: 1,
    }
    const committed = client.query({
      name: 'apply',
      text: 'select * from apply_changes($1)',
      values: [JSON.stringify([change])],
    })
    return { answered: committed, arrived: committed }
  }
  return async () => ({ request: commit, end: () => undefined })
}

/** Requests over a connection of their own. */
export async function beginOver(port: number, request: (connection: HttpConnection) => ReturnType<LoneRequest>) {
  const connection = await openHttpConnection(port)
  return { request: () => request(connection), end: () => connection.close() }
}

/** Sends one, and reads its answer. @throws Error when it is another than expected */
export async function insist(connection: HttpConnection, request: string, expected: number): Promise<string> {
  const { status, body } = await connection.send(request)
  if (status !== expected) throw new Error(`the server answered ${status}: ${body}`)
  return body
}
