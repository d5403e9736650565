import { pino } from 'pino'
import { buildRealtime } from '../../services/realtime/src/app.ts'
import { systemClock } from '../../services/realtime/src/clock.ts'
import { parseConfig } from '../../services/realtime/src/config.ts'
import { remoteKeys } from '../../services/realtime/src/keys.ts'
import { createMetrics } from '../../services/realtime/src/metrics.ts'
import { BROADCAST_SECRET } from './api.ts'

export type TestRealtime = {
  readonly url: string
  readonly port: number
  /** A number from its metrics. */
  metric(series: string): Promise<number>
  close(): Promise<void>
}

export type RealtimeOptions = {
  /** Where tokens are proved; the API may come later. */
  jwksUrl: string
  /** 0 = any free one. The same port again is the same server come back. */
  port?: number
  env?: Record<string, string>
}

/** The realtime server in this process, ready. It has forgotten everything, as a server that was restarted has. */
export async function startTestRealtime({ jwksUrl, port = 0, env = {} }: RealtimeOptions): Promise<TestRealtime> {
  const config = parseConfig({
    REALTIME_PORT: String(port),
    BROADCAST_SECRET,
    AUTH_JWKS_URL: jwksUrl,
    LOG_LEVEL: process.env['TEST_LOG_LEVEL'] ?? 'fatal',
    DRAIN_SECONDS: '0',
    ...env,
  })
  const metrics = createMetrics()
  const realtime = buildRealtime({
    config,
    log: pino({ level: config.logLevel }),
    metrics,
    keys: remoteKeys(jwksUrl),
    clock: systemClock,
  })
  const listening = await realtime.listen()
  await realtime.ready()
  return {
    url: listening.url,
    port: listening.port,
    async metric(series) {
      const text = await metrics.registry.metrics()
      const line = text.split('\n').find((candidate) => candidate.startsWith(`loyalty_realtime_${series} `))
      return line ? Number(line.slice(line.lastIndexOf(' ') + 1)) : 0
    },
    close: () => realtime.close(),
  }
}
