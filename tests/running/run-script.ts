import { spawn } from 'node:child_process'
import { resolve } from 'node:path'

export const ROOT = resolve(import.meta.dirname, '..', '..')

export type Run = { readonly code: number | null; readonly stdout: string; readonly stderr: string }

/** What a shell may have, and no more: the tests' own NODE_ENV and the like must not leak into what is tested. */
export function shellEnvironment(env: Record<string, string>): Record<string, string> {
  const { PATH = '', HOME = '', TMPDIR, NODE_COMPILE_CACHE } = process.env
  return {
    PATH,
    HOME,
    ...(TMPDIR === undefined ? {} : { TMPDIR }),
    ...(NODE_COMPILE_CACHE === undefined ? {} : { NODE_COMPILE_CACHE }),
    ...env,
  }
}

/** Runs a command of `scripts/` to its end. */
export function runScript(name: string, args: readonly string[], env: Record<string, string>): Promise<Run> {
  const child = spawn(process.execPath, [`scripts/${name}.ts`, ...args], {
    cwd: ROOT,
    env: shellEnvironment(env),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const said = { stdout: '', stderr: '' }
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (text: string) => (said[stream] += text))
  }
  return new Promise((done) => child.once('close', (code) => done({ code, ...said })))
}
