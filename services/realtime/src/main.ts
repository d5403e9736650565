import { collectDefaultMetrics } from '@prometheus-io/client'
import closeWithGrace from 'close-with-grace'
import { pino } from 'pino'
import { buildRealtime } from './app.ts'
import { systemClock } from './clock.ts'
import { ConfigError, parseConfig, type Config } from './config.ts'
import { remoteKeys } from './keys.ts'
import { createMetrics } from './metrics.ts'

/** sysexits.h: the configuration is at fault, so starting it again as it is cannot help. */
const EXIT_CONFIG = 78

/** Beyond the drain window: what closing may take before the process ends anyway. */
const CLOSE_MS = 3000

/** The first probe takes milliseconds; a server that has none after this long is not going to work. */
const READY_MS = 15_000

await main(readConfig())

async function main(config: Config): Promise<void> {
  const log = pino({ level: config.logLevel, base: { service: 'realtime' } })
  const metrics = createMetrics()
  collectDefaultMetrics({ register: metrics.registry })
  const realtime = buildRealtime({ config, log, metrics, keys: remoteKeys(config.auth.jwksUrl), clock: systemClock })

  closeWithGrace({ delay: config.drainMs + CLOSE_MS, logger: log }, async ({ signal, err }) => {
    if (err) log.fatal({ err }, 'unexpected fault: closing')
    else log.info({ signal }, 'closing')
    await realtime.close()
  })

  await realtime.listen()
  const tooLate = setTimeout(() => {
    throw new Error(`no probe came back in ${READY_MS} ms`)
  }, READY_MS)
  await realtime.ready()
  clearTimeout(tooLate)
  log.info('ready')
  process.send?.('ready')
}

function readConfig(): Config {
  try {
    return parseConfig(process.env)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    process.stderr.write(`realtime: ${error.message}\n`)
    process.exit(EXIT_CONFIG)
  }
}
