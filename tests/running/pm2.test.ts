import { mkdirSync } from 'node:fs'
import { expect, onTestFinished, test } from 'vitest'
import { checkReloads, reloadComplaints } from '../../scripts/ops/reload-check.ts'
import { makeMachine } from './npm-start.ts'

test('M2 under pm2, a reload in the middle of the day fails no redemption and loses no event, and kill leaves nothing', async () => {
  const machine = await makeMachine()
  onTestFinished(() => machine.remove())
  mkdirSync(machine.dataDir)
  const seen: number[] = []
  const report = await checkReloads({
    reloads: 1,
    tills: 4,
    rate: 100,
    screens: 4,
    drainSeconds: 1,
    folder: machine.dataDir,
    say: () => seen.push(machine.processes().length),
    stopping: new AbortController().signal,
  })

  expect(reloadComplaints(report)).toEqual([])
  expect(report).toMatchObject({
    failed: 0,
    failures: [],
    faults: { lost: 0, doubled: 0, outOfOrder: 0 },
    undelivered: 0,
    breaches: [],
    redemptions: report.redeemed,
    reloads: [{ replaced: 3, processes: 3 }],
  })
  // Before the reload, after it, and while it went on.
  expect(report.redeemed).toBeGreaterThan(400)
  expect(report.reloads[0]!.redeemed).toBeGreaterThan(200)
  expect(Math.max(...seen)).toBeGreaterThan(4)
  expect(machine.processes()).toEqual([])
}, 120_000)
