import { listenForStop } from '../stop-signal.ts'

/** 128 + SIGINT, as shells count. */
const EXIT_INTERRUPTED = 130

export type CheckContext = {
  /** Says how it goes. */
  readonly say: (progress: string) => void
  /** Aborted: nobody wants to know any more. */
  readonly stopping: AbortSignal
}

export type Verdict = {
  /** What was measured. */
  readonly text: string
  /** What is not as it should be, a sentence each. */
  readonly complaints: readonly string[]
  /** What is said when there is none. */
  readonly praise: string
}

/**
 * Runs a check for somebody who watches: progress, then the report and the verdict. Exit code 1 when there is something to
 * complain about, 130 when Ctrl-C has ended it.
 */
export async function runCheck(check: (context: CheckContext) => Promise<Verdict>): Promise<void> {
  const { stopping } = listenForStop()
  const { stdout } = process
  const since = performance.now()
  const clearLine = stdout.isTTY ? '\r\u001B[2K' : ''

  /** One line that is written over on a terminal; a new one in a file. */
  function say(progress: string): void {
    const line = `${((performance.now() - since) / 1000).toFixed(0).padStart(5)} s  ${progress}`
    stdout.write(stdout.isTTY ? `${clearLine}${line}` : `${line}\n`)
  }

  try {
    const { text, complaints, praise } = await check({ say, stopping })
    stdout.write(clearLine)
    console.log(`\n${text}\n`)
    console.log(complaints.length === 0 ? `OK: ${praise}` : complaints.map((one) => `BREACH: ${one}`).join('\n'))
    process.exitCode = complaints.length === 0 ? 0 : 1
  } catch (error) {
    stdout.write(clearLine)
    if (!stopping.aborted) throw error
    console.log('stopped; nothing is left of it')
    process.exitCode = EXIT_INTERRUPTED
  }
}
