import { useState, type ReactNode } from 'react'
import { LiveBadge } from '../live/live-badge.tsx'
import { useCustomer } from '../live/live-customer.tsx'
import { useNotices } from '../live/notices.tsx'
import { Stale } from '../live/stale.tsx'
import { IconButton } from '../parts/button.tsx'
import { Icon } from '../parts/icon.tsx'
import type { Place } from '../paths.tsx'
import { useWords } from '../words/language.tsx'
import { AccountSheet } from './account-sheet.tsx'
import { Brand } from './brand.tsx'
import classes from './frame.module.css'
import { TabBar } from './tab-bar.tsx'

/** What is around every page: how fresh it is, the way to the others, and to the account. */
export function Frame({ place, children }: { place: Place; children: ReactNode }) {
  const words = useWords()
  const [isAccountOpen, setAccountOpen] = useState(false)

  return (
    <>
      <a className={classes['skip']} href="#content">
        {words.app.skipToContent}
      </a>
      <header className={classes['header']}>
        <Brand />
        <TabBar at={place.at} />
        <div className={classes['tools']}>
          <LiveBadge />
          <RefreshButton />
          <IconButton label={words.account.title} onClick={() => setAccountOpen(true)}>
            <Icon name="person" size={22} />
          </IconButton>
        </div>
      </header>
      <main id="content" className={classes['main']} tabIndex={-1}>
        <Stale>{children}</Stale>
      </main>
      {isAccountOpen && <AccountSheet onClose={() => setAccountOpen(false)} />}
    </>
  )
}

/** Asks the server now, and says how that went. */
function RefreshButton() {
  const words = useWords().live
  const { refresh } = useCustomer()
  const notices = useNotices()
  const [busy, setBusy] = useState(false)

  async function ask(): Promise<void> {
    if (busy) return
    setBusy(true)
    try {
      await refresh()
      notices.show({ text: words.refreshed, tone: 'good' })
    } catch {
      notices.show({ text: words.refreshFailed, tone: 'bad' })
    } finally {
      setBusy(false)
    }
  }

  return (
    <IconButton label={words.refresh} aria-disabled={busy} onClick={() => void ask()}>
      <span className={classes['turning']} data-busy={busy || undefined}>
        <Icon name="refresh" size={22} />
      </span>
    </IconButton>
  )
}
