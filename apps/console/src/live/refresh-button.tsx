import { Button, Tooltip } from '@mantine/core'
import { IconRefresh } from '@tabler/icons-react'
import { useWords } from '../language/language.tsx'
import { useShortcut } from '../shell/use-shortcut.ts'
import { useRefresh } from './use-refresh.ts'

/** Asks the server now, by a click or by R; `onRefresh` asks for what only this page has read. */
export function RefreshButton({ onRefresh }: { onRefresh?: () => void }) {
  const words = useWords().live
  const { busy, refresh } = useRefresh()
  function refreshAll(): void {
    onRefresh?.()
    void refresh()
  }
  useShortcut('r', refreshAll)

  return (
    <Tooltip label={<kbd>R</kbd>} openDelay={500}>
      <Button
        variant="default"
        leftSection={<IconRefresh size={16} aria-hidden="true" />}
        loading={busy}
        onClick={refreshAll}
      >
        <span className="roomy">{words.refresh}</span>
      </Button>
    </Tooltip>
  )
}
