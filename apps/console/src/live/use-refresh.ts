import { queryKeys } from '@loyalty-live/client/query'
import { useLoyaltyClient } from '@loyalty-live/client/react'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useWords } from '../language/language.tsx'
import { useToasts } from '../parts/toasts.tsx'
import { useUser } from '../session/use-session.tsx'

/** Asks the server now: catches up on the stream and reads again what is on the screen; says so when it cannot. */
export function useRefresh(): { readonly busy: boolean; refresh(): Promise<void> } {
  const words = useWords().live
  const client = useLoyaltyClient()
  const queryClient = useQueryClient()
  const toasts = useToasts()
  const user = useUser()
  const [busy, setBusy] = useState(false)

  async function refresh(): Promise<void> {
    if (busy || !user) return
    setBusy(true)
    try {
      await client.catchUp()
      await queryClient.invalidateQueries({ queryKey: queryKeys.tenant(user.tenant) }, { throwOnError: true })
      toasts.show({ text: words.refreshed, tone: 'good' })
    } catch {
      toasts.show({ text: words.refreshFailed, tone: 'bad' })
    } finally {
      setBusy(false)
    }
  }

  return { busy, refresh }
}
