import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'

const RETRY_MAX_MS = 5_000

export type ListenOptions = {
  url: string
  channel: string
  /** A notification arrived: a hint, which may be lost. */
  onNotice: (payload: string) => void
  /** Connected, for the first time or again: what was said meanwhile was missed, so read the truth. */
  onConnected: () => void
  onError: (error: Error) => void
  random?: () => number
}

/**
 * Keeps one connection that listens, and makes it anew, with full-jitter back-off, whenever it is lost.
 *
 * @returns function that ends it
 */
export function listen(options: ListenOptions): () => Promise<void> {
  const { url, channel, onNotice, onConnected, onError, random = Math.random } = options
  const stop = new AbortController()
  let current: pg.Client | null = null

  async function once(): Promise<void> {
    const client = new pg.Client({ connectionString: url, keepAlive: true, application_name: `loyalty-listen` })
    current = client
    const ended = new Promise<void>((resolve) => client.once('end', resolve))
    client.on('error', onError)
    client.on('notification', ({ payload }) => onNotice(payload ?? ''))
    await client.connect()
    await client.query(`listen ${client.escapeIdentifier(channel)}`)
    onConnected()
    await ended
  }

  async function run(): Promise<void> {
    for (let failures = 0; !stop.signal.aborted; failures++) {
      try {
        await once()
        failures = 0
      } catch (error) {
        onError(error as Error)
      }
      const limit = Math.min(RETRY_MAX_MS, 100 * 2 ** failures)
      await sleep(random() * limit, undefined, { signal: stop.signal }).catch(() => undefined) // aborted: the loop ends
    }
  }

  const running = run()
  return async () => {
    stop.abort()
    await current?.end().catch(() => undefined) // it was lost already
    await running
  }
}
