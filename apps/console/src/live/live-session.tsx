import { createLoyaltyClient, type LoyaltyClient } from '@loyalty-live/client'
import { logPatches } from '@loyalty-live/client/logs'
import { bindQueryClient } from '@loyalty-live/client/query'
import { LoyaltyProvider } from '@loyalty-live/client/react'
import { useQueryClient } from '@tanstack/react-query'
import { createContext, use, useEffect, useState, type ReactNode } from 'react'
import type { User } from '../api/shapes.ts'
import type { SessionKeeper } from '../session/session.ts'
import { useSession } from '../session/use-session.tsx'
import { createRecentChanges, type RecentChanges } from './recent-changes.ts'

const RecentChangesContext = createContext<RecentChanges | null>(null)

export function useRecentChanges(): RecentChanges {
  const changes = use(RecentChangesContext)
  if (!changes) throw new Error('useRecentChanges needs a LiveSession around it')
  return changes
}

/** Follows the stream of the user's tenant as long as it is shown: keeps what was read fresh, and marks what has changed. */
export function LiveSession({ user, realtimeUrl, children }: { user: User; realtimeUrl: string; children: ReactNode }) {
  const session = useSession()
  const queryClient = useQueryClient()
  const [client] = useState(() => openClient(session, realtimeUrl))
  const [changes] = useState(createRecentChanges)

  useEffect(() => {
    const unbind = bindQueryClient(client, queryClient, { tenant: user.tenant, patches: logPatches })
    const unmark = markChanges(client, changes)
    client.start()
    return () => {
      unmark()
      unbind()
      void client.stop()
    }
  }, [client, queryClient, changes, user.tenant])

  return (
    <LoyaltyProvider client={client}>
      <RecentChangesContext value={changes}>{children}</RecentChangesContext>
    </LoyaltyProvider>
  )
}

function openClient(session: SessionKeeper, realtimeUrl: string): LoyaltyClient {
  return createLoyaltyClient({
    apiUrl: location.origin,
    realtimeUrl,
    getToken: (why) => (why === 'first' ? session.token() : session.refresh()),
  })
}

function markChanges(client: LoyaltyClient, changes: RecentChanges): () => void {
  const ends = [
    client.on('loyalty_updated', ({ data }) => changes.mark(data.customerId, data.pointsChange)),
    client.on('member_updated', ({ data }) => changes.mark(data.customerId, null)),
    client.on('enrolment_updated', ({ data }) => changes.mark(data.enrolmentId, null)),
    client.on('qr_scanned', ({ data }) => changes.mark(data.scanId, null)),
    client.on('adjustment_updated', ({ data }) => changes.mark(data.adjustmentId, null)),
    client.on('payment_recorded', ({ data }) => changes.mark(data.paymentId, null)),
    client.on('booking_updated', ({ data }) => changes.mark(data.bookingId, null)),
    client.on('program_updated', ({ data }) => changes.mark(data.programId, null)),
  ]
  return () => {
    for (const end of ends) end()
  }
}
