import { Fragment } from 'react'
import { useWords } from '../../language/language.tsx'
import type { Command } from './commands.ts'
import classes from './palette.module.css'

export type PaletteOptionsProps = {
  id: string
  offered: readonly Command[]
  activeId: string | undefined
  onPoint: (index: number) => void
  onRun: (command: Command) => void
}

/** What can be chosen, with a heading before each kind. Reached from the field by its keys, never by Tab. */
export function PaletteOptions({ id, offered, activeId, onPoint, onRun }: PaletteOptionsProps) {
  const words = useWords().palette
  return (
    <div id={id} role="listbox" aria-label={words.title} className={classes['options']}>
      {offered.map((command, index) => {
        const { icon: Icon, label, detail, group } = command
        return (
          <Fragment key={command.id}>
            {group !== offered[index - 1]?.group && (
              <div className={classes['group']} role="presentation">
                {words[group]}
              </div>
            )}
            <div
              id={command.id}
              role="option"
              aria-selected={command.id === activeId}
              className={classes['option']}
              onPointerMove={() => onPoint(index)}
              // The focus stays in the field.
              onPointerDown={(event) => event.preventDefault()}
              onClick={() => onRun(command)}
            >
              <Icon size={18} aria-hidden="true" />
              <span className={classes['label']}>{label}</span>
              {detail !== undefined && <span className={`${classes['detail']} figure`}>{detail}</span>}
            </div>
          </Fragment>
        )
      })}
    </div>
  )
}
