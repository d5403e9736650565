import { setImmediate as nextTurn } from 'node:timers/promises'
import { banner } from './start/banner.ts'
import { startPlatform } from './start/platform.ts'
import { createScreen } from './start/screen.ts'
import { readSettings } from './start/settings.ts'
import { aborted, listenForStop } from './stop-signal.ts'

/** 128 + SIGINT, as shells count: somebody did not want to wait for an orderly end. */
const EXIT_HURRIED = 130

const stop = listenForStop()
process.exit(await run())

/** `npm start`: runs everything until it is asked to stop; gives the exit code. */
async function run(): Promise<number> {
  try {
    const screen = createScreen(process.stdout, process.env)
    const settings = readSettings(process.env)
    await using platform = await startPlatform(settings, screen, stop)
    screen.print(banner({ settings, ...platform }))
    await aborted(stop.stopping)
    screen.say('stopping')
  } catch (error) {
    // Ctrl-C reaches what this process waits for as well, such as initdb: its failure may come before the signal does.
    await nextTurn()
    if (!stop.stopping.aborted) {
      console.error(`loyalty-live could not start: ${(error as Error).message}`)
      return 1
    }
  }
  return stop.hurrying.aborted ? EXIT_HURRIED : 0
}
