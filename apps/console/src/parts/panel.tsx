import { Title } from '@mantine/core'
import { useId, type ComponentProps, type ReactNode } from 'react'
import classes from './panel.module.css'

export type PanelProps = {
  title: string
  /** How many, or what else belongs beside the title. */
  note?: ReactNode
  actions?: ReactNode
  testId?: string
  children: ReactNode
}

/** A titled part of a page, with content that scrolls by itself. */
export function Panel({ title, note, actions, testId, children }: PanelProps) {
  const id = useId()
  return (
    <PanelFrame aria-labelledby={id} data-testid={testId}>
      <header className={classes['bar']}>
        <Title order={2} size="md" id={id}>
          {title}
        </Title>
        <span className={`${classes['note']} figure`}>{note}</span>
        <span className={classes['actions']}>{actions}</span>
      </header>
      {/* Scrolls, so the keyboard has to be able to get there. */}
      <div className={classes['content']} tabIndex={0} role="group" aria-labelledby={id}>
        {children}
      </div>
    </PanelFrame>
  )
}

/** A part of a page. `pending`: what it shows is about to be replaced by what was asked for meanwhile. */
export function PanelFrame({ pending = false, ...props }: { pending?: boolean } & ComponentProps<'section'>) {
  return <section className={classes['panel']} data-pending={pending || undefined} {...props} />
}
