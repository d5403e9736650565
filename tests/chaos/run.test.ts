import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { expect, onTestFinished, test } from 'vitest'
import { isAlive } from '../../scripts/postgres/processes.ts'
import { until } from '../harness/until.ts'
import { ROOT, shellEnvironment } from '../running/run-script.ts'
import { childrenOf } from './process-tree.ts'

/** The command as `npm run chaos` runs it. */
function chaos(...args: string[]) {
  const child = spawn(process.execPath, ['tests/chaos/run.ts', ...args], { cwd: ROOT, env: shellEnvironment({}) })
  onTestFinished(() => void child.kill('SIGKILL'))
  const said = { output: '' }
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (said.output += text))
  }
  return { child, said, code: new Promise((done) => child.once('close', done)) }
}

const mounts = () => (existsSync('/proc/mounts') ? readFileSync('/proc/mounts', 'utf8') : '')

test('Ctrl-C in the middle of a round tells what came of the rounds, and leaves no process, folder or mount behind', async () => {
  const { child, said, code } = chaos('--rounds', '1000', '--clients', '2', '--only', 'kill-all', '-v', '--seed', '1')
  await until(() => said.output.includes('1/1000'), 'the first round', 60_000)
  const folder = /logs of the processes: (.+)/.exec(said.output)![1]!
  await until(() => childrenOf(child.pid!).length > 0)
  const processes = childrenOf(child.pid!)
  child.kill('SIGINT')
  expect(await code).toBe(0)
  expect(said.output).toMatch(/\| kill-all \| \d+ \| 0 \| 0 \|/)
  expect(said.output).toContain('seed 1. ')
  expect(processes.filter(isAlive)).toEqual([])
  expect(existsSync(folder)).toBe(false)
  expect(mounts()).not.toContain(folder)
}, 90_000)

test('a fault that nobody knows is refused with those that there are', async () => {
  const { said, code } = chaos('--only', 'kill-api,earthquake')
  expect(await code).toBe(1)
  expect(said.output).toContain('"earthquake" is none of kill-api, kill-apis')
})
