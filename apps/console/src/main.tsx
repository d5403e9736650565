import { MantineProvider } from '@mantine/core'
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import '@fontsource-variable/inter/wght.css'
import '@mantine/core/styles.css'
import { createQueryClient } from './api/query-client.ts'
import './tokens.css'
import './global.css'
import { LanguageProvider } from './language/language.tsx'
import { ToastProvider } from './parts/toasts.tsx'
import { createConsoleRouter } from './router.tsx'
import { createSessionKeeper } from './session/session.ts'
import { SessionProvider } from './session/use-session.tsx'
import { readConsoleSettings, readConsoleVersion } from './settings.ts'
import { colorSchemeManager, theme } from './theme.ts'
import { UpdateNotice } from './update/update-notice.tsx'
import { watchUpdates } from './update/watch-updates.ts'

const session = createSessionKeeper(sessionStorage)
const queryClient = createQueryClient()
const updates = watchUpdates(readConsoleVersion(document), navigator.serviceWorker)
const router = createConsoleRouter({ session, settings: readConsoleSettings(document) })

/** The page's policy lets style elements in that carry this; see services/api/src/http/console.ts. */
const styleNonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? ''
// What locks the page's scrolling behind a dialog (react-remove-scroll) looks for it under this name.
Object.assign(globalThis, { __webpack_nonce__: styleNonce })

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <MantineProvider
      theme={theme}
      defaultColorScheme="auto"
      colorSchemeManager={colorSchemeManager}
      getStyleNonce={() => styleNonce}
    >
      <LanguageProvider>
        <SessionProvider session={session}>
          <QueryClientProvider client={queryClient}>
            <UpdateNotice watch={updates} />
            <ToastProvider>
              <RouterProvider router={router} />
            </ToastProvider>
          </QueryClientProvider>
        </SessionProvider>
      </LanguageProvider>
    </MantineProvider>
  </StrictMode>,
)
