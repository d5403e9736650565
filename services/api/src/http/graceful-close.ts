import { Server as NetServer } from 'node:net'
import type { Server } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { App } from './app-types.ts'

const SWEEP_MS = 100

/** Tells clients whose connection stays open to ask elsewhere next time, from the moment the process is to stop. */
export function registerConnectionClose(app: App, isClosing: () => boolean): void {
  app.addHook('onSend', async (_request, reply) => {
    if (isClosing()) reply.header('connection', 'close')
  })
}

/**
 * Stops taking connections and serves the ones there are to their end, so that nobody's request is cut off.
 *
 * For `lingerMs` requests on open connections are still answered, each with `connection: close`: a client that had sent its
 * next request before it could know is not refused. Then idle connections are closed as they become idle. node:http's own
 * close() would drop idle connections at once, and with them the requests that are on their way.
 */
export async function closeGracefully(server: Server, lingerMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => NetServer.prototype.close.call(server, () => resolve()))
  if ((await connections(server)) > 0) await Promise.race([closed, sleep(lingerMs)])
  const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_MS)
  server.closeIdleConnections()
  await closed
  clearInterval(sweep)
}

function connections(server: Server): Promise<number> {
  return new Promise((resolve) => server.getConnections((_error, count) => resolve(count ?? 0)))
}
