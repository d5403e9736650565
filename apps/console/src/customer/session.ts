import {
  createSessionKeeper,
  type CustomerCredentials,
  type SessionKeeper,
  type TokenShelf,
} from '../session/session.ts'
import type { CustomerUser } from './shapes.ts'

export type CustomerSession = SessionKeeper<CustomerUser, CustomerCredentials> & {
  /**
   * Says, before a sign-in, whether it is to last in this browser until the customer signs out, or as long as the tab. Of an installed
   * app that is closed nothing else would be left, and each time it is opened a message with a code would have to be sent.
   */
  staySignedIn(stays: boolean): void
}

const SHELF_KEY = 'customer.refresh-token'
/** What a browser's tabs share is refreshed by one of them at a time. */
const LOCK = 'customer.refresh'

export function createCustomerSession(): CustomerSession {
  const shelf = createShelf()
  const session = createSessionKeeper<CustomerUser, CustomerCredentials>(shelf, {
    shelfKey: SHELF_KEY,
    // The platform has no locks on pages that are not served securely: there a lost race is a sign-in more.
    inTurn: (refresh) => (isSecureContext ? navigator.locks.request(LOCK, refresh) : refresh()),
  })
  addEventListener('storage', ({ key, newValue }) => {
    const isShared = sessionStorage.getItem(SHELF_KEY) === null
    if (key === SHELF_KEY && newValue === null && isShared) session.forget()
  })
  return Object.assign(session, { staySignedIn: shelf.stay })
}

/** Two storages as one: a token takes the place of the one before, unless a sign-in has said where. */
function createShelf(): TokenShelf & { stay(stays: boolean): void } {
  let chosen: Storage | null = null

  return {
    stay: (stays) => void (chosen = stays ? localStorage : sessionStorage),
    getItem: (key) => sessionStorage.getItem(key) ?? localStorage.getItem(key),
    setItem(key, token) {
      const isTabs = localStorage.getItem(key) === null || sessionStorage.getItem(key) !== null
      const storage = chosen ?? (isTabs ? sessionStorage : localStorage)
      chosen = null
      storage.setItem(key, token)
      if (storage === localStorage) sessionStorage.removeItem(key)
    },
    removeItem(key) {
      // A tab of its own leaves alone what the others share.
      if (sessionStorage.getItem(key) === null) localStorage.removeItem(key)
      sessionStorage.removeItem(key)
    },
  }
}
