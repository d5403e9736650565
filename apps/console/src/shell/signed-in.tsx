import { useNavigate, useRouteContext, useRouter } from '@tanstack/react-router'
import { useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { LiveSession } from '../live/live-session.tsx'
import { useUser } from '../session/use-session.tsx'
import { Shell } from './shell.tsx'

/** Everything behind the sign-in; somebody who is signed out, by themselves or by the server, finds nothing left behind. */
export function SignedIn() {
  const { user: entered } = useRouteContext({ from: '/$tenant/admin' })
  const { settings } = useRouter().options.context
  const queryClient = useQueryClient()
  const navigate = useNavigate()
  const user = useUser()

  useEffect(() => {
    if (user) return
    queryClient.clear()
    void navigate({ to: '/sign-in', search: { tenant: entered.tenant } })
  }, [user, queryClient, navigate, entered.tenant])

  if (!user) return null
  return (
    <LiveSession key={user.id} user={user} realtimeUrl={settings.realtimeUrl}>
      <Shell user={user} />
    </LiveSession>
  )
}
