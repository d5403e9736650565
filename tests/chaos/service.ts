import { spawn, type ChildProcess } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '..', '..')
const READY_MAX_MS = 30_000

/**
 * An api or realtime process that is started again and again with the same settings.
 *
 * absent ─start→ starting → running ─end→ absent; running ⇄ frozen (SIGSTOP, SIGCONT). Whoever ends it says so through here:
 * an end that nobody asked for is told to `onUnexpectedEnd`.
 */
export type Service = {
  readonly name: string
  /** Starts it unless it runs, and waits until it says that it is ready. */
  start(): Promise<void>
  /** Sends a signal that ends it, and waits for the end; nothing when it is not running. */
  end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void>
  freeze(): void
  thaw(): void
  /** Kills it, and starts it no more. */
  close(): Promise<void>
}

export type ServiceOptions = {
  readonly name: string
  readonly kind: 'api' | 'realtime'
  readonly env: Readonly<Record<string, string>>
  /** Where its output goes. */
  readonly logFile: string
  readonly onUnexpectedEnd: (how: string) => void
}

export function createService({ name, kind, env, logFile, onUnexpectedEnd }: ServiceOptions): Service {
  let closed = false
  let current: { child: ChildProcess; ended: Promise<void>; asked: boolean } | null = null
  // Whatever ends this process, it takes its children along.
  process.on('exit', () => current?.child.kill('SIGKILL'))

  function launch() {
    const log = openSync(logFile, 'a')
    const child = spawn(process.execPath, [join(ROOT, 'services', kind, 'src', 'main.ts')], {
      env: { PATH: process.env['PATH'], NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'], ...env },
      // A process group of its own: Ctrl-C reaches the runner first, which ends everything in order.
      detached: true,
      stdio: ['ignore', log, log, 'ipc'],
    })
    closeSync(log)
    const launched = { child, asked: false, ended: Promise.resolve() }
    launched.ended = new Promise((resolve) =>
      child.once('exit', (code, signal) => {
        if (current === launched) current = null
        if (!launched.asked) onUnexpectedEnd(`${name} ended by itself (${code ?? signal})`)
        resolve()
      }),
    )
    return launched
  }

  async function end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    if (!current) return
    current.asked = true
    current.child.kill(signal)
    await current.ended
  }

  return {
    name,
    async start() {
      if (current || closed) return
      const launched = (current = launch())
      const ready = Promise.withResolvers<void>()
      launched.child.once('message', () => ready.resolve())
      const late = setTimeout(
        () => ready.reject(new Error(`${name} was not ready within ${READY_MAX_MS} ms, see ${logFile}`)),
        READY_MAX_MS,
      )
      try {
        await Promise.race([ready.promise, launched.ended])
      } finally {
        clearTimeout(late)
      }
    },
    end,
    freeze: () => void current?.child.kill('SIGSTOP'),
    thaw: () => void current?.child.kill('SIGCONT'),
    async close() {
      closed = true
      await end('SIGKILL')
    },
  }
}
