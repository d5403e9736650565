import { once } from 'node:events'
import { createServer } from 'node:net'
import type { Address } from './settings.ts'

/**
 * Looks, before anything is started, whether an address can be listened on.
 *
 * @param variable the environment variable that names the port, for the message
 * @throws Error when the port is taken, or is not this machine's or this user's to use
 */
export async function requireFree({ host, port }: Address, variable: 'API_PORT' | 'REALTIME_PORT'): Promise<void> {
  const server = createServer()
  try {
    server.listen({ host, port })
    await once(server, 'listening')
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    throw new Error(REASONS[code ?? '']?.(host, port, variable) ?? `${variable}: ${message}`, { cause: error })
  } finally {
    server.close()
  }
}

const REASONS: Record<string, (host: string, port: number, variable: string) => string> = {
  EADDRINUSE: (_host, port, variable) => `port ${port} is taken by another process; stop it, or set ${variable}`,
  EACCES: (_host, port, variable) => `port ${port} is only for privileged users; set ${variable} to one above 1023`,
  EADDRNOTAVAIL: (host, _port, variable) =>
    `this machine has no address ${host}; correct ${variable.replace('PORT', 'HOST')}`,
}
