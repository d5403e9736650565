import { randomUUIDv7 } from 'node:crypto'
import { BROADCAST_BYTES_MAX, BROADCAST_EVENTS_MAX, type ControlRequest } from '@loyalty-live/events'
import { Pool } from 'undici'
import type { CommittedEvent } from './committed-event.ts'
import { signer } from './signature.ts'

const POST_TIMEOUT_MS = 5_000
/** Room for the brackets and commas of the array. */
const BATCH_BYTES_MAX = BROADCAST_BYTES_MAX - 2 * BROADCAST_EVENTS_MAX

/**
 * What became of a batch: `accepted` by a realtime server; `rejected`: it will never be, which is a fault of ours;
 * `unreachable`: nobody took it, for `reason`; send it again later.
 */
type Outcome = { readonly kind: 'accepted' } | { readonly kind: 'rejected' | 'unreachable'; readonly reason: string }

/** The way to the realtime servers: signed POSTs over connections that stay open, to the first server that answers. */
export type Broadcaster = {
  /** Sends events of any tenants, each tenant's in stream order; at most takeBatch gives. */
  broadcast(events: readonly CommittedEvent[]): Promise<Outcome>
  /** States heads and revocations to every server, since each keeps its own. False when one of them did not answer. */
  control(state: ControlRequest): Promise<boolean>
  close(): Promise<void>
}

export type BroadcasterOptions = {
  targets: readonly string[]
  /** Standard Webhooks secrets; the first signs. */
  secrets: readonly string[]
  /** A server answered that was not this run of it before: it remembers nothing. */
  onNewInstance: () => void
  /** Nobody takes events any more, or somebody does again. Told once for each change. */
  onReachable: (reachable: boolean, reason: string) => void
}

/** How many of the events at the front of a queue fit in one POST; at least one. */
export function batchLength(queue: readonly CommittedEvent[]): number {
  let bytes = 0
  for (let length = 0; length < queue.length && length < BROADCAST_EVENTS_MAX; length++) {
    bytes += Buffer.byteLength(queue[length]!.text)
    if (bytes > BATCH_BYTES_MAX) return Math.max(1, length)
  }
  return Math.min(queue.length, BROADCAST_EVENTS_MAX)
}

export function createBroadcaster({ targets, secrets, onNewInstance, onReachable }: BroadcasterOptions): Broadcaster {
  const sign = signer(secrets[0]!)
  const servers = targets.map((url) => ({
    pool: new Pool(url, {
      connections: 4,
      headersTimeout: POST_TIMEOUT_MS,
      bodyTimeout: POST_TIMEOUT_MS,
      connect: { timeout: POST_TIMEOUT_MS },
    }),
    instance: null as string | null,
  }))
  let preferred = 0
  let reachable = true

  async function post(
    server: (typeof servers)[number],
    path: string,
    body: string,
  ): Promise<{ status: number; text: string }> {
    const id = randomUUIDv7()
    const now = new Date()
    const { statusCode, body: answer } = await server.pool.request({
      method: 'POST',
      path,
      body,
      headers: {
        'content-type': 'application/json',
        'webhook-id': id,
        'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
        'webhook-signature': sign(id, now, body),
      },
      signal: AbortSignal.timeout(POST_TIMEOUT_MS),
    })
    const text = await answer.text()
    if (statusCode === 202) noteInstance(server, text)
    return { status: statusCode, text }
  }

  function noteInstance(server: (typeof servers)[number], text: string): void {
    const { instance } = JSON.parse(text) as { instance?: string }
    if (instance === undefined || instance === server.instance) return
    server.instance = instance
    onNewInstance()
  }

  function noteReachable(now: boolean, reason: string): void {
    if (now !== reachable) onReachable(now, reason)
    reachable = now
  }

  return {
    async broadcast(events) {
      const body = `[${events.map(({ text }) => text).join(',')}]`
      let reason = ''
      for (let tried = 0; tried < servers.length; tried++) {
        const index = (preferred + tried) % servers.length
        try {
          const { status, text } = await post(servers[index]!, '/broadcast', body)
          if (status === 202) {
            preferred = index
            noteReachable(true, targets[index]!)
            return { kind: 'accepted' }
          }
          // 400: an event that it does not understand, and never will. Anything else may pass: a secret being rotated (401),
          // a server going away (503).
          if (status === 400) return { kind: 'rejected', reason: text.slice(0, 500) }
          reason = `${targets[index]} answered ${status}`
        } catch (error) {
          reason = `${targets[index]}: ${(error as Error).message}`
        }
      }
      noteReachable(false, reason)
      return { kind: 'unreachable', reason }
    },
    async control(state) {
      const body = JSON.stringify(state)
      const answers = await Promise.allSettled(servers.map((server) => post(server, '/control', body)))
      return answers.every((answer) => answer.status === 'fulfilled' && answer.value.status === 202)
    },
    close: async () => {
      await Promise.all(servers.map(({ pool }) => pool.destroy()))
    },
  }
}
