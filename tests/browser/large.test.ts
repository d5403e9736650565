import { afterAll, beforeAll, expect, test } from 'vitest'
import { generate } from '../../bench/database/generate.ts'
import { tenantId, terminalKey, type Population } from '../../bench/database/population.ts'
import { createDurations } from '../../bench/run/statistics.ts'
import { addStaff } from '../../scripts/tenants.ts'
import { PASSWORD } from '../harness/tenant.ts'
import { until } from '../harness/until.ts'
import { openStage, type Stage } from './console.ts'
import { customersInSight, readToEnd, scrollCustomers } from './customer-table.ts'
import { observe, takeObservations } from './observations.ts'
import { watchPaints } from './paints.ts'
import { shows } from './window.ts'

const population: Population = { tenants: 1, membersPerTenant: 10_000, entriesPerCard: 1, openingPoints: 5_000 }
const tenant = { id: tenantId(0), terminalKey: terminalKey(0) }
const UPDATES = 60

/**
 * What was promised is 50 ms and 50 frames a second, and `npm run bench:console` measures it in calm. These are for a machine
 * that is busy with something else: far above what it takes, far below what a list without a window on it would take.
 */
const PAINT_P95_MS_MAX = 250
const FRAMES_PER_SECOND_MIN = 10

let stage: Stage
beforeAll(async () => {
  stage = await openStage()
  await generate(stage.world.database.url, population)
  await stage.world.database.transaction((client) =>
    addStaff(client, {
      tenant: tenant.id,
      email: `admin@${tenant.id}.test`,
      name: 'Adam Admin',
      role: 'admin',
      password: PASSWORD,
    }),
  )
})
afterAll(() => stage.close())

test('L7 with 10,000 customers in the list, a change is seen at once, nothing else moves, and scrolling stays smooth', async () => {
  const { page, context, badge, balance, complaints } = await stage.open({ tenant, as: 'admin' })
  const paints = await watchPaints(context)
  await observe(context)
  await page.reload()
  await shows(badge, 'Live')
  await readToEnd(page, population.membersPerTenant)
  await scrollCustomers(page, -2_000, 4_000)
  const customers = await customersInSight(page)

  const till = await stage.world.api.signIn(tenant, 'terminal')
  async function updateEach(): Promise<void> {
    for (const customer of customers) {
      const before = paints.length
      await stage.world.redeem(till, customer, 1)
      await until(() => paints.length > before, `the balance of ${customer} on the screen`)
    }
  }

  await takeObservations(page)
  const rounds = Math.ceil(UPDATES / customers.length)
  for (let round = 1; round <= rounds; round++) await updateEach()
  expect((await takeObservations(page)).layoutShift).toBe(0)
  await shows(balance({ id: customers[0]! }), (population.openingPoints - rounds).toLocaleString('en-GB'))
  const { framesPerSecond, longestFrameMs } = await scrollCustomers(page, -20_000, 8_000)

  const took = createDurations()
  for (const { messageToFrameMs } of paints) took.add(messageToFrameMs)
  console.log(
    `message to frame: p50 ${Math.round(took.quantile(0.5))} ms, p95 ${Math.round(took.quantile(0.95))} ms;` +
      ` scrolling: ${Math.round(framesPerSecond)} frames/s, the longest ${Math.round(longestFrameMs)} ms`,
  )
  expect(took.quantile(0.95)).toBeLessThan(PAINT_P95_MS_MAX)
  expect(framesPerSecond).toBeGreaterThan(FRAMES_PER_SECOND_MIN)
  expect(complaints).toEqual([])
})
