import type { App } from './app-types.ts'

/** Loyalty figures are never kept by a browser or a proxy (L16). Set before anything else, so that errors carry it too. */
export function registerNoStore(app: App): void {
  app.addHook('onRequest', async (request, reply) => {
    if (!request.url.startsWith('/api/')) return
    reply.headers({
      'cache-control': 'no-store, no-cache, must-revalidate, private',
      pragma: 'no-cache',
      expires: '0',
    })
  })
}
