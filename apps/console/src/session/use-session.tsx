import { createContext, use, useSyncExternalStore, type ReactNode } from 'react'
import type { User } from '../api/shapes.ts'
import type { SessionKeeper } from './session.ts'

const SessionContext = createContext<SessionKeeper | null>(null)

export function SessionProvider({ session, children }: { session: SessionKeeper; children: ReactNode }) {
  return <SessionContext value={session}>{children}</SessionContext>
}

export function useSession(): SessionKeeper {
  const session = use(SessionContext)
  if (!session) throw new Error('useSession needs a SessionProvider around it')
  return session
}

/** Who is signed in; null when nobody is. */
export function useUser(): User | null {
  const session = useSession()
  return useSyncExternalStore(session.subscribe, () => session.user)
}
