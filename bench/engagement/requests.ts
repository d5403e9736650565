import { randomUUID } from 'node:crypto'
import { signIn } from '../../scripts/api-session.ts'
import { openCodeWebhook } from '../../scripts/codes/webhook.ts'
import { withClient } from '../../scripts/database.ts'
import { createQrCodes } from '../../services/api/src/http/qr-codes.ts'
import { peerOf } from '../broadcast/peers.ts'
import { generate } from '../database/generate.ts'
import { customerId, phoneOf, tenantId, type Population } from '../database/population.ts'
import { openBenchDatabase } from '../database/server.ts'
import { httpRequest, openHttpConnection } from '../driver/http-connection.ts'
import { signInOwners, signInTills } from '../driver/sign-in.ts'
import { listen } from '../latency/listener.ts'
import type { BeginRequests } from '../latency/lone.ts'
import { beginOver, insist } from '../latency/requests.ts'
import { startPlatform } from '../machine/platform.ts'
import type { Scratch } from '../machine/scratch.ts'

const population: Population = { tenants: 1, membersPerTenant: 200, entriesPerCard: 1, openingPoints: 1_000 }
/** Shared with the API, so that codes can be shown without asking for each. */
const CUSTOMER_SECRET = 'what customers’ codes are signed with'
const WELCOME_BONUS = 10
const PAGE_MAX = 500

export type Encounters = {
  /** A till scans a customer's code: to “Your QR code was scanned” on the customer's socket. */
  readonly scan: BeginRequests
  /** The customer accepts a request to enrol: to the card on the business's socket. */
  readonly accept: BeginRequests
}

/** One customer and one business on the whole platform, each with a socket. */
export async function openEncounters(scratch: Scratch): Promise<Encounters> {
  const database = await openBenchDatabase(scratch)
  await generate(database.url, population)
  const codes = new Map<string, string>()
  const readCode = (phone: string) => codes.get(phone)!
  const webhook = await openCodeWebhook(({ phone, code }) => void codes.set(phone, code))
  scratch.onClose(() => webhook.close())
  const { apiPort, realtimePort } = await startPlatform(scratch, database.url, { ...webhook.env, CUSTOMER_SECRET })
  const [till] = await signInTills(apiPort, 1)
  const [owner] = await signInOwners(apiPort, 1)
  const customer = await signInCustomer()
  const socketOf = async (token: string, awaited: string) => {
    const listener = await listen(realtimePort, peerOf('ours', { tokens: [token], broadcastSecret: '' }), awaited)
    scratch.onClose(async () => listener.close())
    return listener
  }
  const customerSocket = await socketOf(customer, '"scanned"')
  const businessSocket = await socketOf(owner!, '"active"')
  const qrCodes = createQrCodes([CUSTOMER_SECRET])

  async function signInCustomer(): Promise<string> {
    const phone = phoneOf(population, 0, 0)
    const session = await signIn(`http://127.0.0.1:${apiPort}`, { kind: 'customer', phone, name: 'Customer', readCode })
    return session.token()
  }

  /** Asks the customer to join so many new programmes; gives the notifications that ask. */
  async function ask(count: number): Promise<string[]> {
    const programs = await makePrograms(database.url, count)
    const connection = await openHttpConnection(apiPort)
    for (const programId of programs) {
      const body = { customerId: customerId(0), programId }
      await insist(connection, post('/api/admin/enrolments', owner!, body), 201)
    }
    const asked: string[] = []
    for (let after: string | null = ''; after !== null;) {
      const path = `/api/me/notifications?unread=true&limit=${PAGE_MAX}${after && `&pageAfter=${after}`}`
      const request = httpRequest('GET', path, { authorization: `Bearer ${customer}` })
      const page = JSON.parse(await insist(connection, request, 200)) as {
        items: { id: string; programId: string }[]
        nextCursor: string | null
      }
      asked.push(...page.items.filter(({ programId }) => programs.has(programId)).map(({ id }) => id))
      after = page.nextCursor
    }
    connection.close()
    return asked
  }

  return {
    scan: () =>
      beginOver(apiPort, (connection) => {
        const request = post('/api/admin/qr-scans', till!, { qr: qrCodes.issue(customerId(0)).qr })
        const arrived = customerSocket.next()
        return { answered: insist(connection, request, 201), arrived }
      }),
    async accept(count) {
      const asked = await ask(count)
      return beginOver(apiPort, (connection) => {
        const request = post(`/api/me/notifications/${asked.pop()}/accept`, customer)
        const arrived = businessSocket.next()
        return { answered: insist(connection, request, 200), arrived }
      })
    },
  }
}

function post(path: string, token: string, body?: object): string {
  const headers = { authorization: `Bearer ${token}`, 'idempotency-key': randomUUID() }
  if (body === undefined) return httpRequest('POST', path, headers)
  return httpRequest('POST', path, { ...headers, 'content-type': 'application/json' }, JSON.stringify(body))
}

function makePrograms(databaseUrl: string, count: number): Promise<Set<string>> {
  return withClient(databaseUrl, async (client) => {
    const { rows } = await client.query<{ id: string }>(
      `insert into programs (tenant_id, id, name, is_default, welcome_bonus)
       select $1, id, 'Programme ' || id, false, $2 from (select gen_random_uuid() as id from generate_series(1, $3)) made
       returning id`,
      [tenantId(0), WELCOME_BONUS, count],
    )
    return new Set(rows.map(({ id }) => id))
  })
}
