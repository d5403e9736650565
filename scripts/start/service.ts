import { spawn, type ChildProcess } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { commandLine, isAlive, readPid } from '../postgres/processes.ts'
import { aborted } from '../stop-signal.ts'
import type { Running } from './keep-running.ts'
import type { Screen } from './screen.ts'

const READY_MAX_MS = 30_000
const ORPHAN_MAX_MS = 3_000

export type Service = {
  readonly name: 'api' | 'realtime'
  /** Absolute path of its main.ts. */
  readonly main: string
  readonly env: Readonly<Record<string, string>>
  /** How long it may take to end by itself; then it is killed. */
  readonly closeMaxMs: number
  /** Holds its process number while it runs. */
  readonly pidFile: string
}

/**
 * Starts a service as a process and waits until it says that it is ready.
 *
 * It gets a process group of its own, so that Ctrl-C reaches `npm start` first, which ends the parts in their order.
 *
 * @param closing aborted: it is not wanted any more, and is ended gracefully
 * @param hurrying aborted: it is killed
 * @throws Error when it ends, or is not ready within half a minute
 */
export async function startService(
  service: Service,
  screen: Screen,
  closing: AbortSignal,
  hurrying: AbortSignal,
): Promise<Running> {
  const { name, main, env, closeMaxMs, pidFile } = service
  const child = spawn(process.execPath, [main], { env, detached: true, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] })
  const kill = () => void child.kill('SIGKILL')
  const ended = endOf(child).finally(() => {
    hurrying.removeEventListener('abort', kill)
    process.off('exit', kill)
    rmSync(pidFile, { force: true })
  })
  if (child.pid === undefined) throw new Error(await ended)
  writeFileSync(pidFile, String(child.pid))
  screen.follow(name, child.stdout!)
  screen.follow(name, child.stderr!)
  hurrying.addEventListener('abort', kill)
  process.on('exit', kill) // whatever ends this process, it takes its children along

  async function stop(): Promise<void> {
    child.kill('SIGTERM')
    if (hurrying.aborted) kill()
    const late = setTimeout(kill, closeMaxMs)
    await ended
    clearTimeout(late)
  }

  const problem = await readyOr(child, ended, closing)
  if (problem === null) return { pid: child.pid, ended, stop }
  await stop()
  throw new Error(problem)
}

/** Ends a service that outlived an earlier `npm start`, which was killed. Gives its process number, null if there is none. */
export async function stopOrphan({ main, pidFile }: Service): Promise<number | null> {
  const pid = readPid(pidFile)
  // The number may be somebody else's by now.
  if (!commandLine(pid).includes(main)) return null
  process.kill(pid, 'SIGTERM')
  for (let waitedMs = 0; isAlive(pid); waitedMs += 20) {
    if (waitedMs === ORPHAN_MAX_MS) process.kill(pid, 'SIGKILL')
    await sleep(20)
  }
  rmSync(pidFile, { force: true })
  return pid
}

/** Null when it is ready, otherwise why it never will be. */
async function readyOr(child: ChildProcess, ended: Promise<string>, closing: AbortSignal): Promise<string | null> {
  const done = new AbortController()
  const ready = new Promise<null>((resolve) => {
    child.on('message', (message) => {
      if (message === 'ready') resolve(null)
    })
  })
  const late = sleep(READY_MAX_MS, `not ready within ${READY_MAX_MS / 1000} s`, { signal: done.signal })
  late.catch(() => undefined) // aborted below: nobody waits for it any more
  const problem = await Promise.race([ready, ended, late, aborted(closing).then(() => 'stopped')])
  done.abort()
  return problem
}

function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message))
    // close, not exit: by then its last words have been read.
    child.once('close', (code, signal) => resolve(signal ?? `exit code ${code}`))
  })
}
