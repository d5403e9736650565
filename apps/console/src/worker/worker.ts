import { offlineAnswer } from './offline-page.ts'
import { kindOf, SHELL_PREFIX, sideOf, staleCaches, type Side, type VersionMessage } from './shell.ts'

/** Both are filled in by the build; see pwa/plugin.ts. */
const VERSION = '__CONSOLE_VERSION__'
const ASSETS = '__CONSOLE_ASSETS__' as unknown as Readonly<Record<Side, readonly string[]>>

const SHELL = SHELL_PREFIX + VERSION

/** What this file needs of a ServiceWorkerGlobalScope; the whole library of its types contradicts that of a page. */
type WorkerScope = {
  addEventListener(type: 'install' | 'activate', listener: (event: Extendable) => void): void
  addEventListener(type: 'fetch', listener: (event: Fetching) => void): void
  skipWaiting(): Promise<void>
  readonly clients: {
    claim(): Promise<void>
    matchAll(options?: { includeUncontrolled: boolean }): Promise<readonly Client[]>
  }
}
type Client = { readonly url: string; postMessage(message: unknown): void }
type Extendable = { waitUntil(work: Promise<unknown>): void }
type Fetching = Extendable & { readonly request: Request; respondWith(answer: Promise<Response>): void }

const worker = globalThis as unknown as WorkerScope

/**
 * Keeps the scripts and styles of its version, nothing else: no page, no answer of the API, nothing of a customer. A page always comes
 * from the server, so it can only ask for files of its own version, each named after its content: versions are never mixed.
 * That is also why it takes over at once. Only the files of a side that is used in this browser are kept: a customer's phone does not
 * load the office.
 */
worker.addEventListener('install', (event) => {
  event.waitUntil(Promise.all([keepOpenSides(), worker.skipWaiting()]))
})

worker.addEventListener('activate', (event) => {
  event.waitUntil(takeOver())
})

worker.addEventListener('fetch', (event) => {
  const { request } = event
  const url = new URL(request.url)
  switch (kindOf(request.method, request.mode, url, location.origin)) {
    case 'asset':
      return event.respondWith(fromShell(request))
    case 'page':
      event.respondWith(fetch(request).catch(offlineAnswer))
      // Without a network there is nothing to keep, and nothing is lost: the next page tries again.
      return event.waitUntil(keepSide(sideOf(url.pathname)).catch(() => undefined))
    case 'other':
  }
})

/** A file of another version than the worker's is not there, and comes from the server. */
async function fromShell(request: Request): Promise<Response> {
  return (await caches.match(request.url, { ignoreVary: true })) ?? fetch(request)
}

/** Of every page that is open, also of those that no worker has yet. */
async function keepOpenSides(): Promise<void> {
  const open = await worker.clients.matchAll({ includeUncontrolled: true })
  const sides = new Set(open.map(({ url }) => sideOf(new URL(url).pathname)))
  try {
    await Promise.all([...sides].map(keepSide))
  } catch (error) {
    // Else it would be taken for the version before, and that one's files would go.
    await caches.delete(SHELL)
    throw error
  }
}

async function keepSide(side: Side): Promise<void> {
  const cache = await caches.open(SHELL)
  const kept = new Set((await cache.keys()).map(({ url }) => new URL(url).pathname))
  const missing = ASSETS[side].filter((path) => !kept.has(path))
  if (missing.length > 0) await cache.addAll(missing)
}

async function takeOver(): Promise<void> {
  for (const name of staleCaches(await caches.keys(), SHELL)) await caches.delete(name)
  await worker.clients.claim()
  const message: VersionMessage = { type: 'version', version: VERSION }
  for (const client of await worker.clients.matchAll()) {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker's clients are of its own origin
    client.postMessage(message)
  }
}
