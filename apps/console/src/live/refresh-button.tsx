import { Button, Tooltip } from '@mantine/core'
import { IconRefresh } from '@tabler/icons-react'
import { useWords } from '../language/language.tsx'
import { useShortcut } from '../shell/use-shortcut.ts'
import { useRefresh } from './use-refresh.ts'

/** Asks the server now, by a click or by R. */
export function RefreshButton() {
  const words = useWords().live
  const { busy, refresh } = useRefresh()
  useShortcut('r', () => void refresh())

  return (
    <Tooltip label={<kbd>R</kbd>} openDelay={500}>
      <Button
        variant="default"
        leftSection={<IconRefresh size={16} aria-hidden="true" />}
        loading={busy}
        onClick={() => void refresh()}
      >
        <span className="roomy">{words.refresh}</span>
      </Button>
    </Tooltip>
  )
}
