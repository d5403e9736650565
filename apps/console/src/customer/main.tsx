import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import '@fontsource-variable/inter/wght.css'
import '../tokens.css'
import { readConsoleSettings, readConsoleVersion } from '../settings.ts'
import { watchUpdates } from '../update/watch-updates.ts'
import { App } from './app.tsx'
import './customer.css'
import { followScheme } from './scheme.ts'
import { createCustomerSession } from './session.ts'
import { LanguageProvider } from './words/language.tsx'

const session = createCustomerSession()
const updates = watchUpdates(readConsoleVersion(document), navigator.serviceWorker)
followScheme()

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <LanguageProvider>
      <App session={session} realtimeUrl={readConsoleSettings(document).realtimeUrl} updates={updates} />
    </LanguageProvider>
  </StrictMode>,
)
