/** Told to every open page when a worker takes over. */
export type VersionMessage = { readonly type: 'version'; readonly version: string }

/** The two sides of the product, each a page and the files that belong to it. */
export type Side = 'console' | 'customer'

/** Addresses of the customers' side; the server has the same rule (services/api/src/http/console.ts), its parts are in customer/paths.tsx. */
const CUSTOMER_PATHS = /^\/(?:cards(?:\/(?:sign-in|[\da-f-]{36}))?|notifications|qr)\/?$/

/** Which side a page is of. A business may be called `cards`, too: its addresses have more parts. */
export const sideOf = (pathname: string): Side => (CUSTOMER_PATHS.test(pathname) ? 'customer' : 'console')

/** What the names of our caches begin with; the version of the build follows. */
export const SHELL_PREFIX = 'shell-'

/**
 * What a request is for, as far as the worker has a part in it: a file that is named after its content, a page that somebody goes to, or
 * anything else, which it never touches. `/api` is never touched, whatever asks for it.
 */
export function kindOf(method: string, mode: string, url: URL, origin: string): 'asset' | 'page' | 'other' {
  if (method !== 'GET' || url.origin !== origin || url.pathname.startsWith('/api/')) return 'other'
  if (url.pathname.startsWith('/assets/')) return 'asset'
  return mode === 'navigate' ? 'page' : 'other'
}

/**
 * The caches that can go when `current` takes over; `names` as the browser gives them, the oldest first. The one before is kept: a page
 * that was loaded from that version may still be open, and the server has its files no longer.
 */
export function staleCaches(names: readonly string[], current: string): readonly string[] {
  const earlier = names.filter((name) => name.startsWith(SHELL_PREFIX) && name !== current)
  return earlier.slice(0, -1)
}
