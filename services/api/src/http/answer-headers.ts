import type { App } from './app-types.ts'

/**
 * What keeps browsers strict with any answer, in the terms of the OWASP Secure Headers Project. Answers are data: nothing in
 * them may run, load or be framed. Tokens travel in a header, never in a cookie, so any origin that has one may ask
 * (CORS_ORIGIN narrows it). Pages with something to show, the console and /docs, say more of their own.
 */
export const SECURITY_HEADERS = {
  'content-security-policy': "default-src 'none';frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'cross-origin',
  'origin-agent-cluster': '?1',
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  'x-content-type-options': 'nosniff',
  'x-dns-prefetch-control': 'off',
  'x-download-options': 'noopen',
  'x-frame-options': 'SAMEORIGIN',
  'x-permitted-cross-domain-policies': 'none',
  'x-xss-protection': '0', // the filters that it once turned on were themselves a hole
}

/** Loyalty figures are never kept by a browser or a proxy (L16). */
export const NO_STORE = {
  'cache-control': 'no-store, no-cache, must-revalidate, private',
  pragma: 'no-cache',
  expires: '0',
}

/** Set before anything else, so that errors carry them too. */
export function registerAnswerHeaders(app: App): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(SECURITY_HEADERS)
    if (request.url.startsWith('/api/')) reply.headers(NO_STORE)
  })
}
