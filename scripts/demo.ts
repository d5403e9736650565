import { z } from 'zod'
import { describeCommand, EXIT_INTERRUPTED, runCommand } from './command.ts'
import { httpUrl, localUrls, numberBy, parsedBy } from './options.ts'
import { listenForStop } from './stop-signal.ts'
import { createNarrator } from './story/narrator.ts'
import { playStory } from './story/play.ts'
import { isRunning, openOwnStage, runningStage, type StageOptions } from './story/stage.ts'

type Options = StageOptions & { pause?: number }

const PAUSE_SECONDS = 0.8

const stop = listenForStop()

const command = describeCommand({
  name: 'npm run demo --',
  description:
    'A customer’s first visit, played over the API and real sockets: a code to her phone, a QR code at the till, a request, her answer, points; with how long it took until each screen knew. Uses the platform that npm start runs from the same DATA_DIR; when there is none, one of its own with an embedded database, which is gone afterwards.',
  examples: [
    'npm run demo                        open the console beside it, and watch the list of customers',
    'npm run demo -- --own               never the running platform: nothing is added to its demo data',
    'npm run demo -- --pause 3           time to explain it to somebody',
  ],
})
  .option('--api <url>', 'where npm start has the API', parsedBy(httpUrl), localUrls.api)
  .option('--realtime <url>', 'where it has the realtime server', parsedBy(httpUrl), localUrls.realtime)
  .option('--own', 'on a platform of its own')
  .option(
    '--pause <seconds>',
    `before each step; default: ${PAUSE_SECONDS} on a terminal, else 0`,
    numberBy(z.number().min(0).max(60)),
  )
  .action(demo)

await runCommand(command)

async function demo(options: Options): Promise<void> {
  const { stopping, hurrying } = stop
  hurrying.addEventListener('abort', () => process.exit(EXIT_INTERRUPTED))
  const terminal = process.stdout.isTTY
  try {
    const running = !options.own && (await isRunning(options.api))
    console.log(
      running
        ? `On the platform at ${options.api}: its console shows the same, as owner@demo.test.`
        : 'Starting a platform of its own: PostgreSQL, API, realtime server, demo data.',
    )
    await using stage = running ? runningStage(options) : await openOwnStage(stop)
    const narrator = createNarrator({
      output: process.stdout,
      colours: terminal && !process.env['NO_COLOR'],
      pauseMs: 1000 * (options.pause ?? (terminal ? PAUSE_SECONDS : 0)),
      stopping,
    })
    await playStory(stage, narrator, stopping)
    const slowest = Math.round(Math.max(...narrator.knownMs.slice(1)))
    console.log(`\nAfter the sign-in, every screen knew of everything within ${slowest} ms.`)
  } catch (error) {
    if (!stopping.aborted) throw error
    process.exitCode = EXIT_INTERRUPTED
  }
}
