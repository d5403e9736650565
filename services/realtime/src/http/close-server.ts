import type { Server } from 'node:http'
import type { Socket } from 'node:net'

/**
 * Makes the end of an HTTP server: no new connections, idle ones closed, and whatever has not ended by itself in
 * `limitMs` cut. Upgraded connections count, which `server.closeAllConnections` does not know of. To be called before
 * the server listens.
 */
export function createServerEnd(server: Server, limitMs: number): () => Promise<void> {
  const connections = new Set<Socket>()
  server.on('connection', (connection) => {
    connections.add(connection)
    connection.once('close', () => connections.delete(connection))
  })

  return async () => {
    if (!server.listening) return
    const ended = new Promise<void>((resolve) => server.close(() => resolve()))
    const cut = setTimeout(() => connections.forEach((connection) => connection.destroy()), limitMs)
    await ended
    clearTimeout(cut)
  }
}
