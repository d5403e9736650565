import { rmSync, writeFileSync } from 'node:fs'
import { startPostgres } from '../postgres/server.ts'
import type { Running } from './keep-running.ts'

/** Room for both services with their pools, for commands beside them, and for a person at a prompt. */
const CONNECTIONS_MAX = '200'

/**
 * Starts the embedded server.
 *
 * @param closing aborted while it starts: it is given up
 * @param hurrying aborted: it is ended at once, and recovers the next time
 */
export async function startEmbeddedPostgres(
  cluster: string,
  pidFile: string,
  closing: AbortSignal,
  hurrying: AbortSignal,
): Promise<Running> {
  const server = await startPostgres({
    dataDir: cluster,
    settings: { max_connections: CONNECTIONS_MAX },
    giveUp: closing,
  })
  writeFileSync(pidFile, String(server.pid))
  const quit = () => tell(server.pid, 'SIGQUIT')
  hurrying.addEventListener('abort', quit)
  process.on('exit', quit)
  const ended = server.ended.then((how) => {
    hurrying.removeEventListener('abort', quit)
    process.off('exit', quit)
    rmSync(pidFile, { force: true })
    return how
  })
  return {
    pid: server.pid,
    ended,
    async stop() {
      if (hurrying.aborted) quit()
      await server.stop()
      await ended
    },
  }
}

function tell(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // It has ended this moment, which is what was wanted.
  }
}
