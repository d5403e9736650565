import { Badge, Button } from '@mantine/core'
import type { Program } from '@loyalty-live/client/query'
import { IconPencil } from '@tabler/icons-react'
import { useEngagementWords } from '../../language/engagement-words.ts'
import { useFormat } from '../../language/language.tsx'
import { Line } from '../../live/line.tsx'
import { Initials } from '../../parts/initials.tsx'
import classes from './programs.module.css'

/** A programme: whether it takes customers, and what it gives points for. */
export function ProgramRow({
  program: { id, name, active, isDefault, rules },
  currency,
  onEdit,
}: {
  program: Program
  currency: string
  onEdit: (id: string) => void
}) {
  const words = useEngagementWords().programs
  const format = useFormat()
  const gives = [
    rules.pointsPerScan > 0 && words.perScan(rules.pointsPerScan, format.number(rules.pointsPerScan)),
    rules.pointsPerCurrencyUnit > 0 && words.perUnit(format.number(rules.pointsPerCurrencyUnit), currency),
    rules.welcomeBonus > 0 && words.bonus(format.signed(rules.welcomeBonus)),
  ].filter((rule) => rule !== false)

  return (
    <Line of={id} className={classes['line']} data-program={id} data-inactive={active ? undefined : ''}>
      <Initials name={name} />
      <span className={classes['what']}>
        <span className={classes['name']}>
          {name}
          {isDefault && (
            <Badge variant="light" tt="none" fw={550}>
              {words.isDefault}
            </Badge>
          )}
          {!active && (
            <Badge variant="light" color="gray" tt="none" fw={550}>
              {words.inactive}
            </Badge>
          )}
        </span>
        <span className={`${classes['rules']} figure`}>{gives.join(' · ') || words.noRules}</span>
      </span>
      <Button
        size="xs"
        variant="default"
        leftSection={<IconPencil size={16} aria-hidden="true" />}
        aria-label={words.editName(name)}
        onClick={() => onEdit(id)}
      >
        <span className="roomy">{words.edit}</span>
      </Button>
    </Line>
  )
}
