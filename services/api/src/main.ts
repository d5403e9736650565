import { pino } from 'pino'
import { ConfigError, parseConfig, type Config } from './config.ts'
import { startApi } from './start.ts'

const EXIT_CONFIG = 78 // EX_CONFIG of sysexits.h: a restart does not help
const CLOSE_MAX_MS = 25_000

function readConfig(): Config {
  try {
    return parseConfig(process.env)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exit(EXIT_CONFIG)
  }
}

const config = readConfig()
const logger = pino({ name: 'api', level: config.logLevel })

try {
  const api = await startApi(config, logger)
  const stop = (signal: string) => {
    logger.info({ signal }, 'stopping')
    setTimeout(() => process.exit(1), CLOSE_MAX_MS).unref()
    void api.close().then(() => process.exit(0))
  }
  process.once('SIGTERM', stop)
  process.once('SIGINT', stop)
  process.send?.('ready') // pm2's wait_ready
} catch (error) {
  const { code } = error as { code?: string }
  if (code === 'EADDRINUSE') {
    logger.fatal(`port ${config.port} is taken by another process; stop it, or set API_PORT`)
  } else {
    logger.fatal({ err: error }, 'the api could not start')
  }
  process.exit(1)
}
