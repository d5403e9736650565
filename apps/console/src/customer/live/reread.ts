export type Reread = {
  /** Something has changed that only the API can tell. */
  soon(): void
  stop(): void
}

/** Between two reads, however fast events come. */
const REST_MS = 1_000
/** After a read that failed, as long as one is owed. */
const RETRY_MS = 3_000

/**
 * Reads again after events: the first at once, those that follow within a second together.
 *
 * | it is   | means                                        | left by                                             |
 * |---------|----------------------------------------------|-----------------------------------------------------|
 * | quiet   | nothing is owed                              | soon → reading                                      |
 * | reading | a read is under way; another may be owed     | its end → resting                                   |
 * | resting | the next read, if one is owed, is timed      | timer, owed → reading; timer, nothing owed → quiet  |
 * | stopped |                                              | never                                               |
 */
export function createReread(read: () => Promise<unknown>): Reread {
  let state: 'quiet' | 'reading' | 'resting' | 'stopped' = 'quiet'
  let owed = false
  let timer: ReturnType<typeof setTimeout> | undefined

  async function run(): Promise<void> {
    state = 'reading'
    owed = false
    let restMs = REST_MS
    try {
      await read()
    } catch {
      owed = true // told by the badge; tried until it works
      restMs = RETRY_MS
    }
    if (isStopped()) return
    state = 'resting'
    timer = setTimeout(() => {
      state = 'quiet'
      if (owed) void run()
    }, restMs)
  }

  /** A function of its own, because it may have become so during a read. */
  const isStopped = () => state === 'stopped'

  return {
    soon() {
      owed = true
      if (state === 'quiet') void run()
    },
    stop() {
      state = 'stopped'
      clearTimeout(timer)
    },
  }
}
