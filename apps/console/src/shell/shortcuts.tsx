import { Modal, Table } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useWords } from '../language/language.tsx'
import { useShortcut } from './use-shortcut.ts'

/** `?` shows what the keyboard can do. */
export function Shortcuts() {
  const { shortcuts: words, app } = useWords()
  const [opened, { open, close }] = useDisclosure()
  useShortcut('?', open)
  const rows = [
    ['/', words.search],
    ['R', words.refresh],
    ['↑ ↓', words.move],
    ['Enter', words.open],
    ['Esc', words.close],
    ['?', words.help],
  ] as const
  return (
    <Modal opened={opened} onClose={close} title={words.title} closeButtonProps={{ 'aria-label': app.close }}>
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
    </Modal>
  )
}
