import { spawn, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '..', '..')

export type ServiceProcess = {
  readonly child: ChildProcess
  /** Everything it wrote. */
  output(): string
  /** Sends a signal and waits for the end; gives exit code or signal. */
  end(signal?: NodeJS.Signals): Promise<number | NodeJS.Signals | null>
}

/** A service as a process of its own, started by the environment alone, once it says that it is ready. */
export async function startProcess(service: 'api' | 'realtime', env: Record<string, string>): Promise<ServiceProcess> {
  const child = spawn(process.execPath, [join(ROOT, 'services', service, 'src', 'main.ts')], {
    env: { PATH: process.env['PATH'], NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'], ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  let output = ''
  child.stdout!.on('data', (chunk: Buffer) => (output += chunk.toString()))
  child.stderr!.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const ended = new Promise<number | NodeJS.Signals | null>((resolve) =>
    child.once('exit', (code, signal) => resolve(code ?? signal)),
  )
  const ready = new Promise<void>((resolve) => child.once('message', () => resolve()))
  await Promise.race([
    ready,
    ended.then((how) => {
      throw new Error(`${service} ended (${how}) before it was ready:\n${output}`)
    }),
  ])
  return {
    child,
    output: () => output,
    async end(signal = 'SIGTERM') {
      child.kill(signal)
      return ended
    },
  }
}
