import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { codeReader, type ReadCode } from '../codes/desk.ts'
import { dataFolder } from '../database.ts'
import { freePorts } from '../free-ports.ts'
import { ownerOf } from '../postgres/ownership.ts'
import { startPlatform } from '../start/platform.ts'
import { readSettings } from '../start/settings.ts'
import type { StopSignal } from '../stop-signal.ts'

/** Where the story is played: a platform with the demo data. */
export type Stage = {
  readonly apiUrl: string
  readonly realtimeUrl: string
  readonly readCode: ReadCode
  [Symbol.asyncDispose](): Promise<void>
}

export type StageOptions = {
  readonly api: string
  readonly realtime: string
  /** Never the one that runs. */
  readonly own?: boolean
}

/** Whether `npm start` of this data folder runs, and its API answers there. */
export async function isRunning(api: string): Promise<boolean> {
  if (ownerOf(join(dataFolder(process.env), 'start')) === null) return false
  const answer = await fetch(new URL('/readyz', api), { signal: AbortSignal.timeout(2_000) }).catch(() => null)
  return answer?.ok ?? false
}

/** The platform that `npm start` runs. */
export function runningStage({ api, realtime }: StageOptions): Stage {
  return {
    apiUrl: api,
    realtimeUrl: realtime,
    readCode: codeReader(dataFolder(process.env)),
    [Symbol.asyncDispose]: async () => undefined,
  }
}

/**
 * The platform as `npm start` runs it, but for the console, in a new folder and on free ports; nothing of it is left.
 *
 * @throws Error with what its parts said when one does not start
 */
export async function openOwnStage(stop: StopSignal): Promise<Stage> {
  await using opened = new AsyncDisposableStack()
  const dataDir = mkdtempSync(join(tmpdir(), 'loyalty-demo-'))
  opened.defer(() => rmSync(dataDir, { recursive: true, force: true }))
  const [apiPort, realtimePort] = await freePorts(2)
  const said: string[] = []
  const screen = {
    say: (message: string) => void said.push(message),
    print: () => undefined,
    follow: (part: string, lines: NodeJS.ReadableStream) =>
      void lines.on('data', (text: Buffer) => said.push(`${part}: ${text.toString().trim()}`)),
  }
  const { PATH = '', HOME = '', TMPDIR = '' } = process.env
  const ports = { API_PORT: String(apiPort), REALTIME_PORT: String(realtimePort) }
  const env = { PATH, HOME, TMPDIR, DATA_DIR: dataDir, ...ports }
  try {
    opened.use(await startPlatform({ ...readSettings(env), console: false }, screen, stop))
  } catch (error) {
    stop.stopping.throwIfAborted()
    throw new Error([(error as Error).message, ...said.slice(-10)].join('\n'), { cause: error })
  }
  const parts = opened.move()
  return {
    apiUrl: `http://127.0.0.1:${apiPort}`,
    realtimeUrl: `http://127.0.0.1:${realtimePort}`,
    readCode: codeReader(dataDir),
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  }
}
