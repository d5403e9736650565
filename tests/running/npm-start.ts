import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePorts } from '../../scripts/free-ports.ts'
import { isAlive } from '../../scripts/postgres/processes.ts'
import { until } from '../harness/until.ts'
import { ROOT, shellEnvironment } from './run-script.ts'

/** How long `npm start` may take on a busy machine. */
export const READY_MAX_MS = 30_000

/** A folder and ports of its own: as good as a machine of its own. */
export type Machine = {
  readonly dataDir: string
  readonly apiUrl: string
  readonly realtimeUrl: string
  /** What a shell on it has set. */
  readonly env: Readonly<Record<string, string>>
  /** Numbers of every process that has to do with its folder: everything but npm itself. */
  processes(): number[]
  remove(): Promise<void>
}

export async function makeMachine(env: Record<string, string> = {}): Promise<Machine> {
  const folder = mkdtempSync(join(tmpdir(), 'loyalty-start-'))
  const dataDir = join(folder, 'data')
  const [apiPort, realtimePort] = await freePorts(2)
  const machine: Machine = {
    dataDir,
    apiUrl: `http://localhost:${apiPort}`,
    realtimeUrl: `http://localhost:${realtimePort}`,
    env: { DATA_DIR: dataDir, API_PORT: String(apiPort), REALTIME_PORT: String(realtimePort), ...env },
    processes: () => processesOf(dataDir),
    async remove() {
      for (const pid of processesOf(dataDir)) process.kill(pid, 'SIGKILL')
      await until(() => processesOf(dataDir).length === 0)
      rmSync(folder, { recursive: true, force: true })
    },
  }
  return machine
}

export type Started = {
  /** npm's own number, which is also that of the process group that a terminal would signal. */
  readonly npmPid: number
  /** All that was printed so far. */
  readonly output: string
  /** Whether the banner was printed. */
  readonly running: boolean
  /** From the command to the banner. */
  readonly startMs: number
  /** Resolves to npm's exit code. */
  readonly exited: Promise<number | null>
  /** The number of a part, as its file says. */
  pid(part: 'api' | 'realtime' | 'postgres'): number
  /** Ctrl-C: the terminal signals the whole group, and npm passes on what it gets. */
  pressCtrlC(): void
}

/** Runs the real `npm start`, in a process group of its own, until it prints its banner or ends. */
export async function npmStart(machine: Machine, env: Record<string, string> = {}): Promise<Started> {
  const started = launch(machine, env)
  let ended = false
  void started.exited.then(() => (ended = true))
  await until(
    () => started.running || ended,
    () => `npm start (it said: ${started.output})`,
    READY_MAX_MS,
  )
  return started
}

/** The same, without waiting for anything. */
export function launch(machine: Machine, env: Record<string, string> = {}): Started {
  const since = performance.now()
  const child = spawn('npm', ['start'], {
    cwd: ROOT,
    env: shellEnvironment({ ...machine.env, ...env }),
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  let output = ''
  let startMs = 0
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
      if (startMs === 0 && output.includes('Ctrl-C stops everything')) startMs = performance.now() - since
    })
  }
  return {
    npmPid: child.pid!,
    get output() {
      return output
    },
    get running() {
      return startMs > 0
    },
    get startMs() {
      return startMs
    },
    exited: new Promise((done) => child.once('close', done)),
    pid: (part) => Number(readFileSync(join(machine.dataDir, `${part}.pid`), 'utf8')),
    pressCtrlC: () => process.kill(-child.pid!, 'SIGINT'),
  }
}

/** Every living process whose command line or environment names the folder; the database's children have it as their folder. */
export function processesOf(dataDir: string): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && pid !== process.pid && isAlive(pid) && mentions(pid, dataDir))
}

function mentions(pid: number, dataDir: string): boolean {
  try {
    const told = `${readFileSync(`/proc/${pid}/environ`, 'utf8')}${readFileSync(`/proc/${pid}/cmdline`, 'utf8')}`
    return told.includes(dataDir)
  } catch {
    return false // it has ended, or is somebody else's
  }
}
