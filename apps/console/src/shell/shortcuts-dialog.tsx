import { Table } from '@mantine/core'
import { useWords } from '../language/language.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { paletteKeys } from './palette/palette-keys.ts'

/** What the keyboard can do. */
export function ShortcutsDialog({ onClose }: { onClose: () => void }) {
  const words = useWords().shortcuts
  const rows = [
    [paletteKeys, words.palette],
    ['/', words.search],
    ['R', words.refresh],
    ['↑ ↓', words.move],
    ['Enter', words.open],
    ['Esc', words.close],
    ['?', words.help],
  ] as const
  return (
    <Dialog onClose={onClose} title={words.title}>
      <Table>
        <Table.Tbody>
          {rows.map(([keys, meaning]) => (
            <Table.Tr key={keys}>
              <Table.Td w={90}>
                <kbd>{keys}</kbd>
              </Table.Td>
              <Table.Td>{meaning}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Dialog>
  )
}
