import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { until } from '../harness/until.ts'
import { makeMachine, npmStart, type Machine, type Started } from './npm-start.ts'
import { ROOT, shellEnvironment } from './run-script.ts'

const readme = readFileSync(join(ROOT, 'README.md'), 'utf8')

let machine: Machine
let started: Started
const shells: Shell[] = []

beforeAll(async () => {
  machine = await makeMachine()
  started = await npmStart(machine)
})
afterAll(async () => {
  for (const shell of shells) shell.close()
  started.pressCtrlC()
  await started.exited
  await machine.remove()
})

test('the walk-through of the README, pasted as it stands, shows what it promises', async () => {
  const listener = openShell()
  listener.paste(blockOf('listen'))
  await until(
    () => listener.output.includes('connected at '),
    () => `a connection (${listener.output})`,
  )

  const till = openShell()
  till.paste(blockOf('redeem'))
  await until(
    () => answers(till).length === 2,
    () => `two answers (${till.output})`,
  )
  const [first, repeated] = answers(till)
  expect(repeated).toBe(first)
  expect(JSON.parse(first!)).toMatchObject({ pointsChange: -75, balance: 200 })
  const printed = /the listener prints: (.+)$/m.exec(blockOf('redeem'))![1]!
  await until(
    () => listener.output.includes(printed),
    () => `"${printed}" (${listener.output})`,
  )

  till.paste(blockOf('outage'))
  await until(
    () => answers(till).length === 3,
    () => `a third answer (${till.output})`,
  )
  expect(JSON.parse(answers(till)[2]!)).toMatchObject({ pointsChange: -75, balance: 125 })
  await until(
    () => listener.output.includes('John Doe -75 → 125 by Till 1'),
    () => `the event (${listener.output})`,
    30_000,
  )
  expect(listener.output.match(/John Doe/g)).toHaveLength(2)
  // Whether it was replayed or came live depends on who is back first.
  expect(listener.output).toMatch(/gone: .+\nconnected at /)

  till.paste(blockOf('pay'))
  await until(
    () => answers(till).length === 6,
    () => `three answers to callbacks (${till.output})`,
  )
  const told = answers(till).slice(3)
  expect(told[1]).toBe(told[0])
  expect(JSON.parse(told[2]!)).toMatchObject({ status: 401, code: 'signature-invalid' })
  const paid = /the listener prints: (.+)$/m.exec(blockOf('pay'))![1]!
  await until(
    () => listener.output.includes(paid),
    () => `"${paid}" (${listener.output})`,
  )
  expect(listener.output.match(/John Doe/g)).toHaveLength(3)
})

test.each(['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'docs/operations.md'])(
  'every file that %s names is there',
  (page) => {
    const text = readFileSync(join(ROOT, page), 'utf8')
    const links = [...text.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)].map((match) => match[1]!)
    const local = links.filter((link) => !/^[a-z]+:/.test(link))
    expect(local.length).toBeGreaterThan(0)
    expect(local.filter((link) => !existsSync(join(ROOT, dirname(page), link)))).toEqual([])
  },
)

test('every npm script that the pages name is there', () => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: object }
  const pages = ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'docs/operations.md', 'docs/errors.md']
  const named = pages.flatMap((page) =>
    [...readFileSync(join(ROOT, page), 'utf8').matchAll(/npm run (?:--silent )?([a-z][a-z:-]*)/g)].map(
      (match) => match[1]!,
    ),
  )
  expect(named).toContain('verify')
  expect([...new Set(named)].filter((name) => !Object.hasOwn(scripts, name))).toEqual([])
})

/** A marked block, with this machine's ports and folder in place of the usual ones. */
function blockOf(name: string): string {
  const block = new RegExp(`<!-- walkthrough: ${name} -->\\n\`\`\`sh\\n([^]+?)\`\`\``).exec(readme)
  expect(block, `README.md has no block "${name}"`).not.toBeNull()
  return block![1]!
    .replaceAll('http://localhost:9010', machine.apiUrl)
    .replaceAll('http://localhost:9011', machine.realtimeUrl)
    .replaceAll('.data/', `${machine.dataDir}/`)
}

type Shell = { readonly output: string; paste(text: string): void; close(): void }

/** A terminal, in the folder of the project. */
function openShell(): Shell {
  const child: ChildProcessWithoutNullStreams = spawn('bash', [], {
    cwd: ROOT,
    env: shellEnvironment({}),
    detached: true,
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text))
  const shell: Shell = {
    get output() {
      return output
    },
    paste: (text) => void child.stdin.write(text),
    close: () => void process.kill(-child.pid!, 'SIGKILL'),
  }
  shells.push(shell)
  return shell
}

/** Lines that are an API answer. */
const answers = ({ output }: Shell) => output.split('\n').filter((line) => line.startsWith('{'))
