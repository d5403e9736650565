import { TextInput } from '@mantine/core'
import { IconSearch } from '@tabler/icons-react'
import { useEffect, useId, useState, type KeyboardEvent } from 'react'
import type { User } from '../../api/shapes.ts'
import { useFormat, useWords } from '../../language/language.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { matching, type Command } from './commands.ts'
import classes from './palette.module.css'
import { PaletteOptions } from './palette-options.tsx'
import { useCommands } from './use-commands.ts'
import { useFoundCustomers } from './use-found-customers.ts'

/**
 * One field for everything: a combobox whose list is always open (WAI-ARIA, "editable combobox with list autocomplete"). The focus
 * stays in the field; ↑ ↓ choose, Enter does it.
 */
export function PaletteDialog({ user, onClose }: { user: User; onClose: () => void }) {
  const words = useWords().palette
  const format = useFormat()
  const listId = useId()
  const [typed, setTyped] = useState('')
  const [active, setActive] = useState(0)
  const found = useFoundCustomers(user, typed)
  // Customers come last: what is there already does not move away from under a finger when they arrive.
  const offered = [...matching(useCommands(user), typed), ...found.commands]
  const activeId = offered[active]?.id

  useEffect(() => {
    if (activeId) document.getElementById(activeId)?.scrollIntoView({ block: 'nearest' })
  }, [activeId])

  function run(command: Command | undefined): void {
    if (!command) return
    onClose()
    command.run()
  }

  function onKey(event: KeyboardEvent): void {
    // Enter may be the end of a syllable that is being composed.
    if (event.nativeEvent.isComposing) return
    const last = offered.length - 1
    const next = { ArrowDown: active < last ? active + 1 : 0, ArrowUp: active > 0 ? active - 1 : last }[event.key]
    if (next === undefined && event.key !== 'Enter') return
    event.preventDefault()
    if (next === undefined) run(offered[active])
    else setActive(next)
  }

  return (
    <Dialog
      onClose={onClose}
      title={words.title}
      centered={false}
      yOffset="12vh"
      size={560}
      padding={0}
      withCloseButton={false}
      classNames={{ header: 'visually-hidden', body: classes['body']! }}
    >
      <TextInput
        role="combobox"
        aria-label={words.title}
        aria-expanded
        aria-controls={listId}
        aria-autocomplete="list"
        aria-activedescendant={activeId}
        placeholder={words.placeholder}
        leftSection={<IconSearch size={18} aria-hidden="true" />}
        variant="unstyled"
        size="md"
        classNames={{ root: classes['field']! }}
        maxLength={100}
        autoComplete="off"
        spellCheck={false}
        data-autofocus
        value={typed}
        onChange={(event) => {
          setTyped(event.currentTarget.value)
          setActive(0)
        }}
        onKeyDown={onKey}
      />
      <PaletteOptions id={listId} offered={offered} activeId={activeId} onPoint={setActive} onRun={run} />
      <p className={classes['note']} role="status">
        {found.state === 'searching' && words.searching}
        {found.state === 'failed' && words.searchFailed}
        {found.state === 'idle' && offered.length === 0 && words.nothing}
        {found.state === 'idle' && offered.length > 0 && (
          <span className="visually-hidden">{words.count(offered.length, format.number(offered.length))}</span>
        )}
      </p>
    </Dialog>
  )
}
