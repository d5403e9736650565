import { useDisclosure } from '@mantine/hooks'
import { IconSearch } from '@tabler/icons-react'
import { lazy, Suspense, useEffect, useEffectEvent } from 'react'
import type { User } from '../../api/shapes.ts'
import { useWords } from '../../language/language.tsx'
import classes from './palette.module.css'
import { isPaletteKey, paletteKeys } from './palette-keys.ts'

const PaletteDialog = lazy(() =>
  import('./palette-dialog.tsx').then(({ PaletteDialog: component }) => ({ default: component })),
)

/** The way to everything, by Ctrl K, ⌘ K or a click; its code is loaded when somebody goes there. */
export function CommandPalette({ user }: { user: User }) {
  const words = useWords().palette
  const [opened, { open, close }] = useDisclosure()

  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (!isPaletteKey(event)) return
    // The browser has a use of its own for it, which nobody expects here, whether or not we have one at the moment.
    event.preventDefault()
    if (opened) close()
    else if (!document.querySelector('[role="dialog"]')) open()
  })
  useEffect(() => {
    const listen = (event: KeyboardEvent) => onKey(event)
    document.addEventListener('keydown', listen)
    return () => document.removeEventListener('keydown', listen)
  }, [])

  return (
    <>
      <button type="button" className={classes['opener']} aria-label={words.title} onClick={open}>
        <IconSearch size={16} aria-hidden="true" />
        <span>{words.open}</span>
        <kbd aria-hidden="true">{paletteKeys}</kbd>
      </button>
      {opened && (
        <Suspense>
          <PaletteDialog user={user} onClose={close} />
        </Suspense>
      )}
    </>
  )
}
