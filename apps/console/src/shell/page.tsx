import { Title } from '@mantine/core'
import { useEffect, type ReactNode } from 'react'
import { StaleNotice } from '../live/stale-notice.tsx'
import { useWords } from '../language/language.tsx'
import classes from './shell.module.css'

/** One page in the shell: its heading, what can be done with it, and content that is greyed while it is stale. */
export function Page({ title, actions, children }: { title: string; actions?: ReactNode; children: ReactNode }) {
  const words = useWords().app
  useEffect(() => {
    document.title = `${title} · ${words.name}`
  }, [title, words.name])
  return (
    <div className={classes['page']}>
      <header className={classes['heading']}>
        <Title order={1} size="lg">
          {title}
        </Title>
        {actions}
      </header>
      <StaleNotice>{children}</StaleNotice>
    </div>
  )
}
