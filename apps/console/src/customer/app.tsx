import { lazy, Suspense, useEffect, useState, useSyncExternalStore } from 'react'
import type { UpdateWatch } from '../update/watch-updates.ts'
import { CardsPage } from './cards/cards-page.tsx'
import { Frame } from './frame/frame.tsx'
import { UpdateNotice } from './frame/update-notice.tsx'
import { LiveCustomer } from './live/live-customer.tsx'
import { NoticesProvider } from './live/notices.tsx'
import { NotificationsPage } from './notifications/notifications-page.tsx'
import { Broken } from './parts/broken.tsx'
import { Empty, Trouble, Waiting } from './parts/states.tsx'
import { Go, go, paths, placeOf, usePathname, type Place } from './paths.tsx'
import type { CustomerSession } from './session.ts'
import { SignInPage } from './sign-in/sign-in-page.tsx'
import { useWords } from './words/language.tsx'

/** Apart, for what draws a code is heavy; the worker has it at hand. */
const QrPage = lazy(() => import('./qr/qr-page.tsx').then((page) => ({ default: page.QrPage })))

export type AppProps = { session: CustomerSession; realtimeUrl: string; updates: UpdateWatch }

/** The customers' side: who is signed in, and where they are. Whoever is not signs in right there, and then sees what they came for. */
export function App({ session, realtimeUrl, updates }: AppProps) {
  const user = useSyncExternalStore(session.subscribe, () => session.user)
  const { restored, failed, again } = useRestored(session)
  const place = placeOf(usePathname())

  useEffect(() => {
    if (user !== null && place.at === 'sign-in') go(paths.cards, { replace: true })
  }, [user, place.at])

  return (
    <>
      <UpdateNotice watch={updates} />
      {failed ? (
        <main>
          <Trouble onRetry={again} />
        </main>
      ) : restored && user ? (
        <LiveCustomer key={user.id} user={user} session={session} realtimeUrl={realtimeUrl}>
          <NoticesProvider>
            <Frame place={place}>
              <Broken key={place.at}>
                <Suspense fallback={<Waiting rows={1} heightPx={320} />}>
                  <Screen place={place} />
                </Suspense>
              </Broken>
            </Frame>
          </NoticesProvider>
        </LiveCustomer>
      ) : (
        restored && <SignInPage session={session} />
      )}
    </>
  )
}

function Screen({ place }: { place: Place }) {
  const words = useWords().app
  switch (place.at) {
    case 'cards':
      return <CardsPage openCardId={place.cardId} />
    case 'notifications':
      return <NotificationsPage />
    case 'qr':
      return <QrPage />
    case 'sign-in':
      return null // on the way to the cards
    case 'nowhere':
      return (
        <Empty title={words.notFound}>
          <Go to={paths.cards}>{words.toCards}</Go>
        </Empty>
      )
    default:
      return place satisfies never
  }
}

/** Takes up the session that was there before a reload. Without an answer nobody is signed out: it is asked again. */
function useRestored(session: CustomerSession) {
  const [state, setState] = useState<'asking' | 'restored' | 'failed'>('asking')

  function ask(): void {
    setState('asking')
    session.restore().then(
      () => setState('restored'),
      () => setState('failed'),
    )
  }
  // oxlint-disable-next-line react-hooks/exhaustive-deps -- once; afterwards by hand
  useEffect(ask, [session])

  return { restored: state === 'restored', failed: state === 'failed', again: ask }
}
