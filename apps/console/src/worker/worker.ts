import { offlineAnswer } from './offline-page.ts'
import { kindOf, SHELL_PREFIX, staleCaches, type VersionMessage } from './shell.ts'

/** Both are filled in by the build; see pwa/plugin.ts. */
const VERSION = '__CONSOLE_VERSION__'
const ASSETS = '__CONSOLE_ASSETS__' as unknown as readonly string[]

const SHELL = SHELL_PREFIX + VERSION

/** What this file needs of a ServiceWorkerGlobalScope; the whole library of its types contradicts that of a page. */
type WorkerScope = {
  addEventListener(type: 'install' | 'activate', listener: (event: Extendable) => void): void
  addEventListener(type: 'fetch', listener: (event: Fetching) => void): void
  skipWaiting(): Promise<void>
  readonly clients: { claim(): Promise<void>; matchAll(): Promise<readonly { postMessage(message: unknown): void }[]> }
}
type Extendable = { waitUntil(work: Promise<unknown>): void }
type Fetching = { readonly request: Request; respondWith(answer: Promise<Response>): void }

const worker = globalThis as unknown as WorkerScope

/**
 * Keeps the scripts and styles of its version, nothing else: no page, no answer of the API, nothing of a customer. A page always comes
 * from the server, so it can only ask for files of its own version, each named after its content: versions are never mixed.
 * That is also why it takes over at once.
 */
worker.addEventListener('install', (event) => {
  event.waitUntil(Promise.all([keepShell(), worker.skipWaiting()]))
})

worker.addEventListener('activate', (event) => {
  event.waitUntil(takeOver())
})

worker.addEventListener('fetch', (event) => {
  const { request } = event
  switch (kindOf(request.method, request.mode, new URL(request.url), location.origin)) {
    case 'asset':
      return event.respondWith(fromShell(request))
    case 'page':
      return event.respondWith(fetch(request).catch(offlineAnswer))
    case 'other':
  }
})

/** A file of another version than the worker's is not there, and comes from the server. */
async function fromShell(request: Request): Promise<Response> {
  return (await caches.match(request.url, { ignoreVary: true })) ?? fetch(request)
}

async function keepShell(): Promise<void> {
  const cache = await caches.open(SHELL)
  try {
    await cache.addAll([...ASSETS])
  } catch (error) {
    // Else it would be taken for the version before, and that one's files would go.
    await caches.delete(SHELL)
    throw error
  }
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
