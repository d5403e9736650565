import { spawn, type ChildProcess } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Scratch } from './scratch.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const READY_MAX_MS = 30_000
const STOP_MAX_MS = 5_000

export type RunningProcess = {
  readonly pid: number
  readonly child: ChildProcess
  /** SIGTERM, and waits for its end; SIGKILL when that takes too long. */
  stop(): Promise<void>
}

export type ProgramOptions = {
  /** Path below the repository of a TypeScript program, or the absolute path of an executable. */
  readonly program: string
  readonly env: Readonly<Record<string, string>>
  /** Runs on this CPU alone; absent: wherever the system likes. */
  readonly cpu?: number | undefined
}

/**
 * Starts a program as a process of its own and waits until it says that it is ready: a TypeScript program by any IPC message
 * (what pm2 waits for), an executable by a line on its standard output. What it logs goes to a file in the scratch folder,
 * as cheap as in production; it is shown when it ends early.
 */
export async function startProgram(scratch: Scratch, { program, env, cpu }: ProgramOptions): Promise<RunningProcess> {
  const logFile = join(scratch.folder, `${basename(program)}.log`)
  const log = openSync(logFile, 'a')
  const isOurs = program.endsWith('.ts')
  const [command, ...args] = [...onCpu(cpu), ...(isOurs ? [process.execPath, join(ROOT, program)] : [program])]
  const child = spawn(command!, args, {
    env: { ...inherited(), NODE_ENV: 'production', ...env },
    stdio: isOurs ? ['ignore', log, log, 'ipc'] : ['ignore', 'pipe', log],
  })
  closeSync(log)
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const isReady = new Promise<boolean>((resolve) => {
    child.once('message', () => resolve(true))
    child.stdout?.once('data', () => resolve(true))
    void ended.then(() => resolve(false))
    setTimeout(() => resolve(false), READY_MAX_MS).unref()
  })
  const stop = async () => {
    child.kill('SIGTERM')
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MAX_MS)
    await ended
    clearTimeout(timer)
  }
  scratch.onClose(stop)
  if (!(await isReady)) {
    const said = readFileSync(logFile, 'utf8').trim().split('\n').slice(-8).join('\n')
    throw new Error(`${program} did not become ready; it said:\n${said}`)
  }
  return { pid: child.pid!, child, stop }
}

/** NODE_OPTIONS too, so that the whole of it can be profiled: see bench/README.md. */
function inherited(): Record<string, string> {
  const { PATH, NODE_OPTIONS } = process.env
  return { ...(PATH === undefined ? {} : { PATH }), ...(NODE_OPTIONS === undefined ? {} : { NODE_OPTIONS }) }
}

/** taskset(1) executes the program in its own place, so the number of the process stays. */
const onCpu = (cpu: number | undefined): string[] => (cpu === undefined ? [] : ['taskset', '-c', String(cpu)])
