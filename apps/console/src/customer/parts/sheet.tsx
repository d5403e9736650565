import { useId, useLayoutEffect, useRef, type ReactNode } from 'react'
import { useWords } from '../words/language.tsx'
import { IconButton } from './button.tsx'
import { Icon } from './icon.tsx'
import classes from './sheet.module.css'

/** A sheet over the page: from below on a phone, at the side where there is room. The platform's dialog keeps the focus in it. */
export function Sheet({ title, onClose, children }: { title: ReactNode; onClose: () => void; children: ReactNode }) {
  const words = useWords().app
  const dialog = useRef<HTMLDialogElement>(null)
  const titleId = useId()

  useLayoutEffect(() => {
    const open = dialog.current!
    open.showModal()
    // Closed while it is still there: the focus goes back to where it was.
    return () => open.close()
  }, [])

  return (
    <dialog
      ref={dialog}
      className={classes['sheet']}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault()
        onClose()
      }}
      onClick={(event) => event.target === event.currentTarget && onClose()}
    >
      <div className={classes['body']}>
        <header className={classes['header']}>
          <h2 id={titleId}>{title}</h2>
          <IconButton label={words.close} onClick={onClose}>
            <Icon name="close" size={22} />
          </IconButton>
        </header>
        {children}
      </div>
    </dialog>
  )
}
