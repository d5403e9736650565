import { Title } from '@mantine/core'
import type { ReactNode } from 'react'
import classes from './big-news.module.css'

/** What has just happened, to be read at arm's length; screen readers are told. */
export function BigNews({
  sign,
  tone,
  title,
  text,
  figure,
  testId,
  children,
}: {
  sign: ReactNode
  tone?: 'good' | 'bad' | 'waiting'
  title: string
  text?: string
  figure?: { readonly value: string; readonly label: string }
  testId: string
  /** What can be done now. */
  children?: ReactNode
}) {
  return (
    <div className={classes['news']} data-tone={tone} data-testid={testId}>
      <div role="status">
        <span className={classes['sign']}>{sign}</span>
        <Title order={2} className={classes['title']}>
          {title}
        </Title>
        {text !== undefined && <p className={classes['text']}>{text}</p>}
        {figure && (
          <p className={classes['figure']}>
            <span className="figure" data-testid="big-figure">
              {figure.value}
            </span>
            <small>{figure.label}</small>
          </p>
        )}
      </div>
      <div className={classes['actions']}>{children}</div>
    </div>
  )
}
