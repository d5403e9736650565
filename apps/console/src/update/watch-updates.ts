import type { VersionMessage } from '../worker/shell.ts'

export type UpdateWatch = {
  /** Whether the server has another version than this page is of. */
  readonly isThereAnother: boolean
  subscribe(listener: () => void): () => void
}

const ASK_EVERY_MS = 15 * 60_000

/**
 * Installs the service worker, and notices when that of another version takes over: then the server has another version too. Asks
 * for it every quarter of an hour; a browser does so by itself only when somebody goes to a page. Without service workers (an insecure
 * address, a private window) there is nothing to notice.
 *
 * @param version of this page; null for one that was not built
 */
export function watchUpdates(version: string | null, container: ServiceWorkerContainer | undefined): UpdateWatch {
  const listeners = new Set<() => void>()
  let isThereAnother = false

  if (version !== null && container) {
    container.addEventListener('message', ({ data }: MessageEvent<VersionMessage>) => {
      if (data.type !== 'version') return
      isThereAnother = data.version !== version
      for (const listener of listeners) listener()
    })
    void install(container)
  }

  return {
    get isThereAnother() {
      return isThereAnother
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}

async function install(container: ServiceWorkerContainer): Promise<void> {
  try {
    const registration = await container.register('/worker.js')
    setInterval(() => {
      registration.update().catch(() => undefined) // no network: asked again later
    }, ASK_EVERY_MS)
  } catch {
    // The console works without: it is only not there when the server is not.
  }
}
