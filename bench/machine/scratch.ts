import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export type Scratch = {
  readonly folder: string
  onClose(close: () => Promise<unknown>): void
}

/** 128 + SIGINT, as shells count. */
const EXIT_INTERRUPTED = 130

/** What would have to be cleaned up if the process were told to end now; the latest last. */
const open: (() => Promise<void>)[] = []

/**
 * Runs `work` with a folder of its own and a list of things to close, and closes and removes all of it afterwards, last
 * first; also when it fails, or when Ctrl-C ends it half-way: no server outlives its measurement.
 */
export async function withScratch<T>(work: (scratch: Scratch) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'loyalty-bench-'))
  const closers: (() => Promise<unknown>)[] = []
  async function cleanUp(): Promise<void> {
    for (let close = closers.pop(); close; close = closers.pop()) await close()
    rmSync(folder, { recursive: true, force: true })
  }

  if (open.length === 0) process.on('SIGINT', interrupted).on('SIGTERM', interrupted)
  open.push(cleanUp)
  try {
    return await work({ folder, onClose: (close) => closers.push(close) })
  } finally {
    await cleanUp()
    open.splice(open.indexOf(cleanUp), 1)
    if (open.length === 0) process.off('SIGINT', interrupted).off('SIGTERM', interrupted)
  }
}

function interrupted(): void {
  process.off('SIGINT', interrupted).off('SIGTERM', interrupted)
  void (async () => {
    for (const cleanUp of open.toReversed()) await cleanUp()
    process.exit(EXIT_INTERRUPTED)
  })()
}
