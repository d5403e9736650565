import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { signIn } from '../../scripts/api-session.ts'
import { until } from '../harness/until.ts'
import { makeMachine, npmStart, processesOf } from './npm-start.ts'
import { ROOT, runScript, shellEnvironment } from './run-script.ts'

/** What every telling of it shows, in this order, each with how long it took. */
const SHOWN = [
  /her phone +live, with no card yet +\d+ ms/,
  /her phone +“Your QR code was scanned by Harbour Kitchen” +\d+ ms/,
  /her phone +“Harbour Kitchen asks you to join Harbour Points” +\d+ ms/,
  /Harbour Kitchen +Amina Odhiambo was asked +\d+ ms/,
  /her phone +“You have joined Harbour Points”.* +\d+ ms/,
  /Harbour Kitchen +Amina Odhiambo is on the list, with a card +\d+ ms/,
  /her phone +“You earned 120 points” +\d+ ms/,
  /Harbour Kitchen +Amina Odhiambo has 120 +\d+ ms/,
  /her phone +“75 points were taken”, 45 are left +\d+ ms/,
  /Harbour Kitchen +Amina Odhiambo has 45 +\d+ ms/,
  /her card at Harbour Kitchen holds 45 points/,
  /every screen knew of everything within \d+ ms/,
]

function expectStory(stdout: string): void {
  const story = new RegExp(SHOWN.map(({ source }) => source).join('[^]*?\\n[^]*?'))
  expect(stdout).toMatch(story)
  expect(stdout).not.toContain('\u001B')
}

/** Everything that a command of its own keeps is in here. */
function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'loyalty-story-'))
  onTestFinished(() => {
    for (const pid of processesOf(folder)) process.kill(pid, 'SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  })
  return folder
}

test('[E1] the demo plays a first visit on a platform of its own, and leaves nothing of it behind', async () => {
  const folder = makeFolder()
  const { code, stdout, stderr } = await runScript('demo', [], { TMPDIR: folder, DATA_DIR: join(folder, 'none') })
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expectStory(stdout)
  expect({ files: readdirSync(folder), processes: processesOf(folder) }).toEqual({ files: [], processes: [] })
})

test('Ctrl-C in the middle of the demo ends all of it', async () => {
  const folder = makeFolder()
  const child = spawn(process.execPath, ['scripts/demo.ts', '--own', '--pause', '2'], {
    cwd: ROOT,
    env: shellEnvironment({ TMPDIR: folder }),
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let stdout = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  const exited = new Promise((done) => child.once('exit', done))
  await until(() => stdout.includes('asks you to join'), 'the story', 40_000)
  expect(processesOf(folder).length).toBeGreaterThan(3)
  child.kill('SIGINT')
  expect(await exited).toBe(130)
  expect({ files: readdirSync(folder), processes: processesOf(folder) }).toEqual({ files: [], processes: [] })
})

test('[E1] beside npm start the demo plays on that platform, whose business has a customer more', async () => {
  const machine = await makeMachine()
  onTestFinished(() => machine.remove())
  const started = await npmStart(machine)
  const { code, stdout, stderr } = await runScript('demo', [], machine.env)
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toContain(`On the platform at ${machine.apiUrl}`)
  expectStory(stdout)
  const [, number] = /the code came to (\+\d+)/.exec(stdout)!
  expect(started.output).toContain(`one-time code of ${number}: `)
  const owner = await signIn(machine.apiUrl, {
    kind: 'staff',
    tenant: 'demo',
    email: 'owner@demo.test',
    password: 'demo-pass-1',
  })
  const found = await owner.ask({ method: 'GET', path: '/api/admin/customers?search=Amina%20Odhiambo' })
  expect(found.body['items']).toMatchObject([{ phone: number, points: 45 }])
})
