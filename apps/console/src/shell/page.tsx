import { Title } from '@mantine/core'
import { useEffect, type ReactNode } from 'react'
import { StaleNotice } from '../live/stale-notice.tsx'
import { useWords } from '../language/language.tsx'
import classes from './shell.module.css'

export type PageProps = {
  title: string
  /** How many, or what else belongs beside the title. Screen readers are told when it changes. */
  note?: ReactNode
  actions?: ReactNode
  /** Takes all the room that there is, instead of what is easily read. */
  isWide?: boolean
  children: ReactNode
}

/** One page in the shell: its heading, what can be done with it, and content that is greyed while it is stale. */
export function Page({ title, note, actions, isWide = false, children }: PageProps) {
  const words = useWords().app
  useEffect(() => {
    document.title = `${title} · ${words.name}`
  }, [title, words.name])
  return (
    <div className={classes['page']} data-wide={isWide || undefined}>
      <header className={classes['heading']}>
        <Title order={1} size="lg">
          {title}
        </Title>
        <span className={`${classes['note']} figure`} role="status" data-testid="page-note">
          {note}
        </span>
        {actions}
      </header>
      <StaleNotice>{children}</StaleNotice>
    </div>
  )
}
