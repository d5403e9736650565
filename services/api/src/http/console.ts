import { randomBytes } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyRequest } from 'fastify'
import type { Config } from '../config.ts'
import type { App } from './app-types.ts'

/** Addresses of the customers' side. A business may be called `cards`: its addresses have more parts. See apps/console/src/worker/shell.ts. */
const CUSTOMER_PATHS = /^\/(?:cards(?:\/(?:sign-in|[\da-f-]{36}))?|notifications|qr)\/?(?:\?|$)/

/** What the build leaves in its pages for the server to fill in; see apps/console/index.html, customer.html and vite.config.ts. */
const NONCE_MARK = '__CSP_NONCE__'
const SETTINGS_MARK = '__CONSOLE_SETTINGS__'

/** The service worker fetches files of the console, and pages when somebody goes to one. */
const WORKER_POLICY = "default-src 'none'; connect-src 'self'"

const NOT_BUILT = `<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="2"><title>loyalty-live</title>
<p>The console is not there yet. <code>npm start</code> is building it; anywhere else, <code>npm run build</code> does.</p>`

/**
 * Serves the built console on the API's own origin: hashed assets for a year, the page itself never from a cache, for
 * whatever a person navigates to that is no route of the API. Customers have a page of their own. The service worker has its own address, at the root: its scope
 * is what lies below. Reads both again when they were built again, so that the API may start before its console is there.
 */
export async function registerConsole(app: App, { console: { folder, realtimeUrl } }: Config): Promise<void> {
  const readPage = fileReader(join(folder, 'index.html'))
  const readCustomerPage = fileReader(join(folder, 'customer.html'))
  const readWorker = fileReader(join(folder, 'worker.js'))
  await app.register(fastifyStatic, {
    root: join(folder, 'assets'),
    prefix: '/assets/',
    index: false,
    decorateReply: false,
    suppressWarning: true,
    immutable: true,
    maxAge: '365d',
    preCompressed: true,
  })
  app.get('/worker.js', { schema: { hide: true }, config: { rateLimit: false } }, async (_request, reply) => {
    const worker = await readWorker()
    if (worker === null) return reply.callNotFound()
    return reply
      .type('text/javascript; charset=utf-8')
      .header('cache-control', 'no-cache')
      .header('content-security-policy', WORKER_POLICY)
      .send(worker)
  })
  app.get('/*', { schema: { hide: true }, config: { rateLimit: false } }, async (request, reply) => {
    if (!isNavigation(request)) return reply.callNotFound()
    reply.type('text/html; charset=utf-8').header('cache-control', 'no-store')
    const isCustomers = CUSTOMER_PATHS.test(request.url)
    const page = await (isCustomers ? readCustomerPage() : readPage())
    if (page === null) return reply.code(503).header('retry-after', 2).send(NOT_BUILT)
    const nonce = randomBytes(16).toString('base64')
    const realtime = reachable(realtimeUrl, request.hostname)
    return reply
      .header('content-security-policy', policy(nonce, realtime))
      .header('permissions-policy', `camera=${isCustomers ? '()' : '(self)'}, microphone=(), geolocation=()`)
      .send(fill(page, nonce, { realtimeUrl: realtime.href }))
  })
}

/** A person who opens a page; a program that asks for a route which does not exist must hear so. */
function isNavigation({ url, headers }: FastifyRequest): boolean {
  return !url.startsWith('/api/') && (headers.accept ?? '').includes('text/html')
}

/**
 * Scripts and styles of our own files only. The component library writes a few style elements at run time: the nonce lets
 * those in without 'unsafe-inline'; style attributes are set through the CSSOM, which no policy restricts.
 */
function policy(nonce: string, { origin, host, protocol }: URL): string {
  const socketOrigin = `${protocol === 'https:' ? 'wss' : 'ws'}://${host}`
  return [
    "default-src 'none'",
    `script-src 'self' 'nonce-${nonce}'`,
    `style-src 'self' 'nonce-${nonce}'`,
    `connect-src 'self' ${origin} ${socketOrigin}`,
    "img-src 'self' data:",
    "font-src 'self'",
    "manifest-src 'self'",
    "worker-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
}

/** A realtime server on this very machine is, for whoever opens the console from another one, where the console is. */
function reachable(realtimeUrl: string, hostname: string): URL {
  const url = new URL(realtimeUrl)
  if (['localhost', '127.0.0.1', '[::1]'].includes(url.hostname) && /^[a-z0-9.-]+$/i.test(hostname)) {
    url.hostname = hostname
  }
  return url
}

/** `<` is the one character with which text could leave a script element. */
function fill(page: string, nonce: string, settings: Readonly<Record<string, string>>): string {
  const json = JSON.stringify(settings).replaceAll('<', String.raw`\u003c`)
  return page.replaceAll(NONCE_MARK, nonce).replace(SETTINGS_MARK, () => json)
}

/** Gives a file as it was last built, null while there is none. */
function fileReader(file: string): () => Promise<string | null> {
  let held: { readonly text: string; readonly builtAtMs: number } | null = null
  return async () => {
    try {
      const { mtimeMs } = await stat(file)
      if (held?.builtAtMs !== mtimeMs) held = { text: await readFile(file, 'utf8'), builtAtMs: mtimeMs }
      return held.text
    } catch {
      return null // not built yet, or being replaced at this moment
    }
  }
}
