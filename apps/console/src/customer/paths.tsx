import { useSyncExternalStore, type AnchorHTMLAttributes, type MouseEvent } from 'react'

/**
 * Addresses of the customers' side. The server gives its page for these (services/api/src/http/console.ts), and the worker keeps its
 * files when somebody is at one of them (worker/shell.ts).
 */
export type Place =
  | { readonly at: 'cards'; readonly cardId: string | null }
  | { readonly at: 'notifications' | 'qr' | 'sign-in' | 'nowhere' }

export const paths = {
  cards: '/cards',
  card: (id: string) => `/cards/${id}`,
  notifications: '/notifications',
  qr: '/qr',
  signIn: '/cards/sign-in',
} as const

/** Told when this page goes somewhere; the browser tells only of Back and Forward. */
const WENT = 'customer:went'

export function placeOf(pathname: string): Place {
  switch (pathname.replace(/\/$/, '')) {
    case paths.cards:
      return { at: 'cards', cardId: null }
    case paths.notifications:
      return { at: 'notifications' }
    case paths.qr:
      return { at: 'qr' }
    case paths.signIn:
      return { at: 'sign-in' }
    default: {
      const cardId = /^\/cards\/([\da-f-]{36})\/?$/.exec(pathname)?.[1]
      return cardId === undefined ? { at: 'nowhere' } : { at: 'cards', cardId }
    }
  }
}

/** Goes to an address; `replace` leaves no step to go back to. */
export function go(path: string, { replace = false } = {}): void {
  if (path === location.pathname) return
  if (replace) history.replaceState(null, '', path)
  else history.pushState(null, '', path)
  dispatchEvent(new Event(WENT))
}

/** The pathname; renders again when it is another. */
export const usePathname = () => useSyncExternalStore(subscribe, () => location.pathname)

/** A link within these pages. */
export function Go({ to, ...anchor }: { to: string } & AnchorHTMLAttributes<HTMLAnchorElement>) {
  function follow(event: MouseEvent): void {
    // Whoever asks for another tab gets one.
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
    event.preventDefault()
    go(to)
  }
  return <a {...anchor} href={to} onClick={follow} />
}

function subscribe(listener: () => void): () => void {
  addEventListener('popstate', listener)
  addEventListener(WENT, listener)
  return () => {
    removeEventListener('popstate', listener)
    removeEventListener(WENT, listener)
  }
}
