import { createLoyaltyClient } from '@loyalty-live/client'
import type { StreamEvent } from '@loyalty-live/events'
import { reasonOf, type Session } from '../api-session.ts'
import { waitUntil } from '../waiting.ts'
import type { Stage } from './stage.ts'

/** A screen without its pixels: the SDK, and what its handlers were given. */
export type StoryScreen = {
  /** How it is called in the story. */
  readonly name: string
  /**
   * Waits until it was given such an event after `sinceMs`, and gives how many milliseconds after.
   *
   * @throws Error when that is not within ten seconds
   */
  knows(sinceMs: number, matches: (event: StreamEvent) => boolean): Promise<number>
  close(): Promise<void>
}

const KNOWS_MAX_MS = 10_000

export type ScreenOptions = {
  readonly name: string
  readonly session: Session
  /** What it shows besides events, as a path of the API: read again whenever something may be missing. */
  readonly snapshot: string
  readonly stopping: AbortSignal
}

/** Opens a screen. Resolves when it is live. */
export async function openStoryScreen(stage: Stage, options: ScreenOptions): Promise<StoryScreen> {
  const { name, session, snapshot, stopping } = options
  const given: { event: StreamEvent; atMs: number }[] = []
  const { cursor } = (await read()) as { cursor?: string }
  const client = createLoyaltyClient({
    apiUrl: stage.apiUrl,
    realtimeUrl: stage.realtimeUrl,
    getToken: (why) => session.token(why === 'expired'),
    // Of a customer there is no one position.
    cursor,
    takeSnapshots: cursor === undefined ? async () => void (await read()) : undefined,
  })
  client.on('event', (event) => given.push({ event, atMs: performance.now() }))
  client.start()
  try {
    const what = () => `${name} is ${client.status.state}`
    await waitUntil(() => client.status.state === 'live', { what, limitMs: KNOWS_MAX_MS, stopping })
  } catch (error) {
    await client.stop()
    throw error
  }

  async function read(): Promise<Readonly<Record<string, unknown>>> {
    const answer = await session.ask({ method: 'GET', path: snapshot })
    if (answer.status !== 200) throw new Error(`${name} cannot read ${snapshot}: ${reasonOf(answer)}`)
    return answer.body
  }

  return {
    name,
    async knows(sinceMs, matches) {
      const find = () => given.find(({ event, atMs }) => atMs >= sinceMs && matches(event))
      await waitUntil(() => find() !== undefined, { what: `${name} knows`, limitMs: KNOWS_MAX_MS, stopping })
      return find()!.atMs - sinceMs
    },
    close: () => client.stop(),
  }
}
