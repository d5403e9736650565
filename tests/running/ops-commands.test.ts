import { spawn } from 'node:child_process'
import { mkdirSync, readdirSync } from 'node:fs'
import { expect, onTestFinished, test } from 'vitest'
import { until } from '../harness/until.ts'
import { makeMachine } from './npm-start.ts'
import { ROOT, runScript, shellEnvironment } from './run-script.ts'

test('Ctrl-C in the middle of a reload ends the check and everything that it started, and no file stays', async () => {
  const machine = await makeMachine()
  onTestFinished(() => machine.remove())
  mkdirSync(machine.dataDir)
  const child = spawn(process.execPath, ['scripts/ops-reload-check.ts', '--rate', '40', '--screens', '2'], {
    cwd: ROOT,
    env: shellEnvironment({ TMPDIR: machine.dataDir }),
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  let stdout = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  const exited = new Promise((done) => child.once('close', done))
  await until(() => stdout.includes('reload 1 of 3'), 'the first reload', 40_000)
  expect(machine.processes().length).toBeGreaterThan(4)
  child.kill('SIGINT')
  expect(await exited).toBe(130)
  expect(stdout).toContain('nothing is left of it')
  expect(machine.processes()).toEqual([])
  expect(readdirSync(machine.dataDir)).toEqual([])
}, 90_000)

test.each([
  ['ops-reload-check', '--reloads'],
  ['ops-soak', '--minutes'],
])('%s explains itself, with examples, and names what it does not understand', async (name, option) => {
  const help = await runScript(name, ['--help'], {})
  expect(help.stdout).toMatch(/Usage: npm run [a-z:-]+[\s\S]+Examples:\n {2}\$ /)
  const wrong = await runScript(name, [option, '0'], {})
  expect(wrong).toMatchObject({ code: 1, stderr: expect.stringContaining(`option '${option} <n>'`) })
})
