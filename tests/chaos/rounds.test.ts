import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Random } from '../../scripts/random.ts'
import { randomOfRun } from '../harness/random.ts'
import { until } from '../harness/until.ts'
import { dealFaults, faultKinds, killKinds, type FaultKind } from './faults.ts'
import { openChaos, type Chaos } from './rounds.ts'

const { seed } = randomOfRun()
const KILL_ROUNDS = 10
const ROUND_MAX_MS = 70_000

let chaos: Chaos
let broken = false

beforeAll(async () => {
  console.log(`chaos: seed ${seed}; SEED=${seed} gives the same faults again`)
  chaos = await openChaos({ seed })
}, ROUND_MAX_MS)
afterAll(() => chaos.close({ keepLogs: broken }), ROUND_MAX_MS)

/** One round that nobody may come to harm in. */
async function survive(kind: FaultKind, during?: () => Promise<void>): Promise<void> {
  const report = await chaos.round(kind, during ? { during } : {})
  const { breaches } = report!
  const logs = chaos.platform.folder
  if (breaches.length > 0) broken = true
  expect({ kind, logs, breaches }).toEqual({ kind, logs, breaches: [] })
}

const audit = () => chaos.audit()
const readiness = () =>
  Promise.all(
    chaos.platform.apiUrls.map(async (url) => {
      const answer = await fetch(`${url}/readyz`)
      return { status: answer.status, ...((await answer.json()) as object) }
    }),
  )
const notReady = { status: 503, ready: false, reason: expect.stringMatching(/^database-[a-z-]+$/) }

/** What a till is told that asks for more than there is, and does not repeat itself: its refusal has to be written down. */
async function redeemOnce(): Promise<{ status: number; code?: string }> {
  const { apiUrls, tenants } = chaos.platform
  const { id, phones } = tenants[0]!
  const token = await chaos.platform.tokens.issue(id)
  const answer = await fetch(`${apiUrls[0]}/api/loyalty/phone-lookup`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'idempotency-key': randomUUID() },
    body: JSON.stringify({ phone: phones[0], action: 'redeem', points: 1_000_000 }),
  })
  return { status: answer.status, ...((await answer.json()) as { code?: string }) }
}

async function isRefusedClearly(): Promise<boolean> {
  const { status, code } = await redeemOnce()
  return status === 503 && code === 'database-unavailable'
}

describe('8 tills write and 50 clients listen while', () => {
  test(
    `M3 each process and PostgreSQL is killed with -9 in random order, ${KILL_ROUNDS} times: I1-I6 hold, all clients converge`,
    async () => {
      const deal = dealFaults(killKinds, new Random(seed))
      for (let round = 0; round < KILL_ROUNDS; round++) await survive(deal.next().value)
      expect(await audit()).toEqual([])
    },
    KILL_ROUNDS * ROUND_MAX_MS,
  )

  test.for([
    // It fills while they write: whoever comes first may still find room.
    { kind: 'fill-disk', what: 'the disk of the database is full', toldWithinMs: 5_000 },
    { kind: 'refuse-connections', what: 'the database refuses connections', toldWithinMs: 0 },
  ] as const)(
    'M4 $what: tills are told so, the API is not ready, and all goes on by itself',
    { timeout: ROUND_MAX_MS },
    async ({ kind, toldWithinMs }, { skip }) => {
      skip(kind === 'fill-disk' && chaos.platform.database.disk === null, 'no small disk can be mounted here')
      await survive(kind, async () => {
        await until(isRefusedClearly, 'a clear refusal', toldWithinMs)
        await until(async () => (await readiness()).every(({ status }) => status === 503), 'not ready', toldWithinMs)
        expect(await readiness()).toEqual([notReady, notReady])
      })
      expect((await readiness()).map(({ status }) => status)).toEqual([200, 200])
      expect(await audit()).toEqual([])
    },
  )

  const others = faultKinds.filter((kind) => !['fill-disk', 'refuse-connections', ...killKinds].includes(kind))
  test(
    `${others.length} other faults strike, each once: ${others.join(', ')}`,
    async () => {
      const deal = dealFaults(others, new Random(seed))
      for (const _ of others) await survive(deal.next().value)
      expect(await audit()).toEqual([])
    },
    others.length * ROUND_MAX_MS,
  )
})
