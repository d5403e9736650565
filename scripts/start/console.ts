import { spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'

const ROOT = resolve(import.meta.dirname, '..', '..')
const FOLDER = join(ROOT, 'apps', 'console')
const DIST = join(FOLDER, 'dist')

/** What the console is built from. */
const SOURCES = [
  join(FOLDER, 'src'),
  join(FOLDER, 'pwa'),
  join(FOLDER, 'index.html'),
  join(FOLDER, 'customer.html'),
  join(FOLDER, 'vite.config.ts'),
  join(FOLDER, 'package.json'),
  join(ROOT, 'packages', 'client', 'src'),
  join(ROOT, 'packages', 'events', 'src'),
  join(ROOT, 'package-lock.json'),
]

/** Smaller files gain nothing. */
const COMPRESS_BYTES_MIN = 1024

/** Whether the console was never built, or something that it is built from is newer. */
export function isConsoleStale(): boolean {
  const built = join(DIST, 'index.html')
  return !existsSync(built) || SOURCES.some((source) => newestMs(source) > statSync(built).mtimeMs)
}

/**
 * Builds the console into `apps/console/dist`, with its compressed forms beside the files. The last build is served until
 * this one is whole.
 *
 * @throws Error with what the build said when it failed
 */
export async function buildConsole(closing?: AbortSignal): Promise<void> {
  const fresh = join(FOLDER, `dist.new-${process.pid}`)
  const last = join(FOLDER, `dist.last-${process.pid}`)
  try {
    await runVite(['build', '--outDir', fresh, '--emptyOutDir', '--logLevel', 'warn'], closing)
    compressAll(join(fresh, 'assets'))
    if (existsSync(DIST)) renameSync(DIST, last)
    renameSync(fresh, DIST)
  } finally {
    for (const leftOver of [fresh, last]) rmSync(leftOver, { recursive: true, force: true })
  }
}

function runVite(args: readonly string[], closing: AbortSignal | undefined): Promise<void> {
  const vite = join(ROOT, 'node_modules', 'vite', 'bin', 'vite.js')
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, [vite, ...args], {
      cwd: FOLDER,
      env: { ...process.env, NODE_ENV: 'production' },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(closing ? { signal: closing } : {}),
    })
    let said = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text))
    // Told when it is aborted too; `close` comes after it, when nothing is written any more.
    child.once('error', (error) => (said += error.message))
    child.once('close', (code) => (code === 0 ? done() : fail(new Error(`the console could not be built:\n${said}`))))
  })
}

function compressAll(folder: string): void {
  for (const name of readdirSync(folder)) {
    const file = join(folder, name)
    const content = readFileSync(file)
    if (!/\.(js|css|svg)$/.test(name) || content.length < COMPRESS_BYTES_MIN) continue
    writeFileSync(`${file}.gz`, gzipSync(content, { level: 9 }))
    writeFileSync(`${file}.br`, brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }))
  }
}

function newestMs(path: string): number {
  const { mtimeMs } = statSync(path)
  if (!statSync(path).isDirectory()) return mtimeMs
  return readdirSync(path).reduce((newest, name) => Math.max(newest, newestMs(join(path, name))), mtimeMs)
}
