import { ActionIcon, type ActionIconProps } from '@mantine/core'
import { IconAdjustmentsHorizontal } from '@tabler/icons-react'
import type { ComponentProps } from 'react'
import { useWords } from '../language/language.tsx'

/** Opens the preferences. */
export function PreferencesButton(button: ActionIconProps & Omit<ComponentProps<'button'>, keyof ActionIconProps>) {
  const words = useWords().app
  return (
    <ActionIcon variant="default" size={34} radius="xl" aria-label={words.account} aria-haspopup="menu" {...button}>
      <IconAdjustmentsHorizontal size={18} aria-hidden="true" />
    </ActionIcon>
  )
}
