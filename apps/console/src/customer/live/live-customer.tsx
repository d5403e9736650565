import { createLoyaltyClient, LoyaltyClientError, type LoyaltyClient } from '@loyalty-live/client'
import { LoyaltyProvider } from '@loyalty-live/client/react'
import { createContext, use, useEffect, useState, type ReactNode } from 'react'
import { NoAnswer } from '../../api/http.ts'
import type { CustomerSession } from '../session.ts'
import type { CustomerUser } from '../shapes.ts'
import { createCustomerStore, type CustomerStore } from './customer-store.ts'
import { createReread } from './reread.ts'

/** What everything behind the sign-in works with. */
export type Customer = {
  readonly user: CustomerUser
  readonly session: CustomerSession
  readonly store: CustomerStore
  /** Reads everything again, now. Rejects when it cannot. */
  refresh(): Promise<void>
}

const CustomerContext = createContext<Customer | null>(null)

export function useCustomer(): Customer {
  const customer = use(CustomerContext)
  if (!customer) throw new Error('useCustomer needs a LiveCustomer around it')
  return customer
}

export type LiveCustomerProps = {
  user: CustomerUser
  session: CustomerSession
  realtimeUrl: string
  children: ReactNode
}

/** Follows what concerns the customer, at every business, as long as it is shown. */
export function LiveCustomer({ user, session, realtimeUrl, children }: LiveCustomerProps) {
  const [{ client, customer }] = useState(() => open(user, session, realtimeUrl))

  useEffect(() => {
    const unfollow = follow(client, customer)
    client.start()
    return () => {
      unfollow()
      void client.stop()
    }
  }, [client, customer])

  return (
    <LoyaltyProvider client={client}>
      <CustomerContext value={customer}>{children}</CustomerContext>
    </LoyaltyProvider>
  )
}

function open(user: CustomerUser, session: CustomerSession, realtimeUrl: string) {
  const store = createCustomerStore(session.ask)
  const client = createLoyaltyClient({
    apiUrl: location.origin,
    realtimeUrl,
    getToken: (why) => (why === 'first' ? session.token() : session.refresh()),
    takeSnapshots: () => store.takeSnapshots().catch(inTheSdksWords),
  })
  return { client, customer: { user, session, store, refresh: client.catchUp } satisfies Customer }
}

/** So that a server which asks to be left alone is. */
function inTheSdksWords(error: unknown): never {
  if (!(error instanceof NoAnswer)) throw error
  const { message, status: httpStatus, retryAfterSeconds } = error
  throw new LoyaltyClientError(httpStatus === null ? 'network-failed' : 'api-unavailable', message, {
    httpStatus,
    retryAfterMs: (retryAfterSeconds ?? 0) * 1_000,
    cause: error,
  })
}

/** An event is a hint that comes early: a balance shows at once, and everything is read again. */
function follow(client: LoyaltyClient, { store, refresh }: Customer): () => void {
  const reread = createReread(refresh)
  const lookAgain = () => {
    if (document.visibilityState === 'visible') reread.soon() // what was read on another device makes no event
  }
  const ends = [
    client.on('loyalty_updated', store.takePoints),
    client.on('event', reread.soon),
    client.on('unknown', reread.soon),
    reread.stop,
  ]
  document.addEventListener('visibilitychange', lookAgain)
  return () => {
    document.removeEventListener('visibilitychange', lookAgain)
    for (const end of ends) end()
  }
}
