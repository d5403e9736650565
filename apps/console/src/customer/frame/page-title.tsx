import { useEffect, useRef } from 'react'
import { useFormat, useWords } from '../words/language.tsx'
import { useUnread } from './tab-bar.tsx'

/** The heading of a page, in the window's title too, with what is unread. Whoever comes from another page starts here. */
export function PageTitle({ children }: { children: string }) {
  const { name } = useWords().app
  const format = useFormat()
  const unread = useUnread()
  const heading = useRef<HTMLHeadingElement>(null)

  useEffect(() => {
    document.title = `${unread > 0 ? `(${format.number(unread)}) ` : ''}${children} · ${name}`
  }, [children, name, format, unread])

  useEffect(() => {
    scrollTo(0, 0)
    heading.current?.focus({ preventScroll: true })
  }, [])

  return (
    <h1 ref={heading} tabIndex={-1}>
      {children}
    </h1>
  )
}
