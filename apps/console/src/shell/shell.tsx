import { AppShell, Burger, NavLink, ScrollArea } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { Link, Outlet, useRouterState } from '@tanstack/react-router'
import { Suspense } from 'react'
import type { User } from '../api/shapes.ts'
import { useWords } from '../language/language.tsx'
import { ChangeToasts } from '../live/change-toasts.tsx'
import { LiveBadge } from '../live/live-badge.tsx'
import { LoadingRows } from '../parts/states.tsx'
import { Mark } from './mark.tsx'
import { pagesOf } from './pages.ts'
import { CommandPalette } from './palette/command-palette.tsx'
import { Preferences } from './preferences.tsx'
import classes from './shell.module.css'
import { Shortcuts } from './shortcuts.tsx'

/** What is around every page once somebody is signed in. */
export function Shell({ user }: { user: User }) {
  const words = useWords()
  const [opened, { toggle, close }] = useDisclosure()
  const path = useRouterState({ select: ({ location }) => location.pathname })
  const shown = pagesOf(user.role)
  const current = shown.find(({ to }) => path === to.replace('$tenant', user.tenant))
  const isTill = current?.name === 'till' || current?.name === 'scan'

  return (
    <AppShell
      header={{ height: 56 }}
      navbar={{ width: 220, breakpoint: 'md', collapsed: { mobile: !opened } }}
      padding={0}
      classNames={{ header: classes['header']!, navbar: classes['navbar']!, main: classes['main']! }}
    >
      <a className={classes['skip']} href="#content">
        {words.app.skipToContent}
      </a>
      <AppShell.Header>
        <Burger hiddenFrom="md" size="sm" opened={opened} onClick={toggle} aria-label={words.app.menu} />
        <span className={classes['brand']}>
          <Mark />
        </span>
        <span className={classes['tenant']} title={user.tenantName}>
          {user.tenantName}
        </span>
        <span className={classes['end']}>
          <CommandPalette user={user} />
          <LiveBadge />
          <Preferences />
        </span>
      </AppShell.Header>
      <AppShell.Navbar aria-label={words.app.pages}>
        <ScrollArea type="auto">
          {shown.map(({ name, to, icon: Icon }) => (
            <NavLink
              key={name}
              className={classes['link']}
              renderRoot={(props) => <Link to={to} params={{ tenant: user.tenant }} {...props} />}
              label={words.nav[name]}
              leftSection={<Icon size={18} aria-hidden="true" />}
              active={name === current?.name}
              aria-current={name === current?.name ? 'page' : undefined}
              onClick={close}
            />
          ))}
        </ScrollArea>
      </AppShell.Navbar>
      <AppShell.Main id="content" tabIndex={-1}>
        {/* A till shows its own results, large; what others do would only be in the way there. */}
        {!isTill && <ChangeToasts />}
        <Suspense fallback={<LoadingRows rows={8} heightPx={64} />}>
          <Outlet />
        </Suspense>
      </AppShell.Main>
      <Shortcuts />
    </AppShell>
  )
}
