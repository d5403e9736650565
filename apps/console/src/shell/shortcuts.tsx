import { useDisclosure } from '@mantine/hooks'
import { lazy, Suspense } from 'react'
import { useShortcut } from './use-shortcut.ts'

const ShortcutsDialog = lazy(() =>
  import('./shortcuts-dialog.tsx').then(({ ShortcutsDialog: component }) => ({ default: component })),
)

/** `?` shows what the keyboard can do; what shows it is loaded when somebody asks. */
export function Shortcuts() {
  const [opened, { open, close }] = useDisclosure()
  useShortcut('?', open)
  return (
    opened && (
      <Suspense>
        <ShortcutsDialog onClose={close} />
      </Suspense>
    )
  )
}
