import { buildConsole, isConsoleStale } from '../../scripts/start/console.ts'
import { launchShell } from '../harness/chromium.ts'

/** The console under test is the one that is served: built, with the server's policy around it. */
export async function setup(): Promise<void> {
  if (isConsoleStale()) await buildConsole()
  // Unpacked once, before several files ask for it; and what it lacks on this machine is said once.
  await (await launchShell()).close()
}
