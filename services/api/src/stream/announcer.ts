import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import type { Logger } from 'pino'
import type { ControlRequest } from '@loyalty-live/events'
import type { Db } from '../db/connect.ts'
import type { Revocations } from '../http/auth/revocations.ts'
import type { Broadcaster } from './broadcaster.ts'

const PERIOD_MS = 4_000
/** Streams that moved within this are announced every time. */
const ACTIVE_SECONDS = 600
/** A server that has forgotten everything is told of every stream that moved within this. */
const KNOWN_SECONDS = 7 * 86_400
const STATED_MAX = 10_000

export type AnnouncerOptions = { db: Db; broadcaster: Broadcaster; revocations: Revocations; logger: Logger }

/**
 * Tells the realtime servers, every few seconds, where the streams stand and who was revoked.
 *
 * It states, it does not command, so a lost announcement is mended by the next one: the last event of a quiet tenant that
 * got lost is noticed (L14), a server that started anew learns the heads before anything happens, and a revocation
 * outlives a restart of the server that acted on it.
 */
export class Announcer {
  readonly #options: AnnouncerOptions
  readonly #stop = new AbortController()
  #hurry = new AbortController()
  #all = true
  #running: Promise<void> | null = null

  constructor(options: AnnouncerOptions) {
    this.#options = options
  }

  start(): void {
    this.#running ??= this.#run()
  }

  /** Announces now: somebody was revoked. */
  hurry(): void {
    this.#hurry.abort()
  }

  /** Announces every stream now: a server has forgotten them, or their history was rewritten. */
  hurryAll(): void {
    this.#all = true
    this.#hurry.abort()
  }

  async close(): Promise<void> {
    this.#stop.abort()
    this.#hurry.abort()
    await this.#running
  }

  async #run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      this.#hurry = new AbortController()
      const all = this.#all
      this.#all = false
      try {
        if (!(await this.#announce(all ? KNOWN_SECONDS : ACTIVE_SECONDS))) this.#all ||= all
      } catch (error) {
        this.#all ||= all
        this.#options.logger.warn({ err: error }, 'heads could not be announced')
      }
      // Aborted by hurry or close: either way it goes on at once.
      await sleep(PERIOD_MS, undefined, { signal: this.#hurry.signal }).catch(() => undefined)
    }
  }

  async #announce(withinSeconds: number): Promise<boolean> {
    const { db, broadcaster, revocations } = this.#options
    const { rows } = await sql<{ tenant_id: string; epoch: number; seq: number }>`
      select tenant_id, epoch, seq from delivered_heads(now() - make_interval(secs => ${withinSeconds}))
      limit ${STATED_MAX}`.execute(db.query)
    const state: ControlRequest = {
      heads: rows.map(({ tenant_id, epoch, seq }) => ({ tenant: tenant_id, epoch, seq })),
      revoked: revocations
        .all()
        .slice(0, STATED_MAX)
        .map(({ tenant, subject, until }) => ({ tenant, subject, until: until.toISOString() })),
    }
    return broadcaster.control(state)
  }
}
