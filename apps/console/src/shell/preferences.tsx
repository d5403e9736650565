import { lazy, Suspense, useState } from 'react'
import { PreferencesButton } from './preferences-button.tsx'

const PreferencesMenu = lazy(() =>
  import('./preferences-menu.tsx').then(({ PreferencesMenu: component }) => ({ default: component })),
)

/** The way to the preferences; their menu is loaded when somebody goes there. */
export function Preferences() {
  const [isAsked, setAsked] = useState(false)
  if (!isAsked) return <PreferencesButton onClick={() => setAsked(true)} />
  return (
    <Suspense fallback={<PreferencesButton />}>
      <PreferencesMenu />
    </Suspense>
  )
}
