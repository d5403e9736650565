import { openHttpConnection, type HttpConnection } from './http-connection.ts'

export type Publisher = {
  /** Sends a request on the next free connection. Rejects when it is not taken. */
  publish(request: string): Promise<void>
  close(): void
}

/**
 * So many requests at once, each on a connection that stays open. What comes meanwhile waits, in order.
 *
 * @param taken the status of an answer that is as it should be
 */
export async function openPublisher(port: number, atOnce: number, taken = 202): Promise<Publisher> {
  const connections = await Promise.all(Array.from({ length: atOnce }, () => openHttpConnection(port)))
  const free = [...connections]
  const waiting: ((connection: HttpConnection) => void)[] = []
  return {
    async publish(request) {
      const connection = free.shift() ?? (await new Promise<HttpConnection>((resolve) => waiting.push(resolve)))
      try {
        const { status, body } = await connection.send(request)
        if (status !== taken) throw new Error(`the server answered ${status}: ${body}`)
      } finally {
        const next = waiting.shift()
        if (next) next(connection)
        else free.push(connection)
      }
    },
    close: () => {
      for (const connection of connections) connection.close()
    },
  }
}
