import { pino } from 'pino'
import { buildApp } from '../../services/api/src/app.ts'
import { parseConfig } from '../../services/api/src/config.ts'
import { connect } from '../../services/api/src/db/connect.ts'
import { createKnownSettings } from '../../services/api/src/db/tenant-settings.ts'
import { Revocations } from '../../services/api/src/http/auth/revocations.ts'
import { openKeyRing } from '../../services/api/src/http/auth/signing-keys.ts'
import { createMetrics } from '../../services/api/src/http/metrics.ts'
import { Lanes } from '../../services/api/src/ledger/lanes.ts'
import { openPayments } from '../../services/api/src/payments/payments.ts'
import { Heads } from '../../services/api/src/stream/heads.ts'
import { Pages } from '../../services/api/src/stream/pages.ts'
import { BROADCAST_SECRET, makeSigningKey } from '../harness/api.ts'

/**
 * Every route that the application really has, as `METHOD /path/{parameter}`: those that the OpenAPI document hides too. HEAD is
 * left out where GET stands beside it: Fastify derives the one from the other. Nothing is connected to and nothing listens.
 */
export async function routeTable(): Promise<string[]> {
  const config = parseConfig({
    DATABASE_URL: 'postgresql://nobody@127.0.0.1:9/none',
    BROADCAST_SECRET,
    AUTH_SIGNING_KEY: await makeSigningKey(),
  })
  const db = connect({ url: config.database.url, connectionsMax: 1 })
  const metrics = createMetrics()
  const logger = pino({ level: 'silent' })
  const app = await buildApp({
    config,
    logger,
    db,
    keyRing: await openKeyRing(config.auth),
    revocations: new Revocations(),
    settings: createKnownSettings(db),
    lanes: new Lanes({ ...config.ledger, apply: () => Promise.reject(new Error('no ledger')), onCommitted: () => {} }),
    heads: new Heads(db),
    pages: new Pages(db),
    metrics,
    payments: openPayments({ db, config: config.payments, metrics, onCommitted: () => {}, logger }),
    onCommitted: () => {},
    onRevoked: () => {},
    isClosing: () => false,
  })
  await app.ready()
  const routes = parseRouteTree(app.printRoutes({ commonPrefix: false }))
  await app.close()
  await db.close()
  return routes
}

const INDENT = 4

/** Reads Fastify's drawing of its routes: a line is a piece of a path, and what is indented under it goes on from there. */
function parseRouteTree(drawing: string): string[] {
  const pieces: string[] = []
  return drawing.split('\n').flatMap((line) => {
    const [, branch, piece, methods] = /^([│ ]*)[├└]── (\S+) \(([A-Z, ]+)\)$/.exec(line) ?? []
    if (branch === undefined) return []
    pieces.splice(branch.length / INDENT, Infinity, piece!)
    const path = pieces.join('').replaceAll(/:(\w+)/g, '{$1}')
    const all = methods!.split(', ')
    return all.filter((method) => method !== 'HEAD' || !all.includes('GET')).map((method) => `${method} ${path}`)
  })
}
