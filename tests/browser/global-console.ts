import { buildConsole, isConsoleStale } from '../../scripts/start/console.ts'

/** The console under test is the one that is served: built, with the server's policy around it. */
export async function setup(): Promise<void> {
  if (isConsoleStale()) await buildConsole()
}
