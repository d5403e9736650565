import { ActionIcon, Menu, useMantineColorScheme, type MantineColorScheme } from '@mantine/core'
import { IconAdjustmentsHorizontal, IconCheck, IconLogout } from '@tabler/icons-react'
import { languageNames, type LanguageCode } from '../language/create-language.tsx'
import { useLanguage } from '../language/language.tsx'
import { useSession, useUser } from '../session/use-session.tsx'

const SCHEMES: readonly MantineColorScheme[] = ['light', 'dark', 'auto']

/** Looks and language, and the way out. */
export function Preferences() {
  const { code, words, choose } = useLanguage()
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  const session = useSession()
  const user = useUser()

  return (
    <Menu position="bottom-end" width={240} withinPortal>
      <Menu.Target>
        <ActionIcon variant="default" size={34} radius="xl" aria-label={words.app.account}>
          <IconAdjustmentsHorizontal size={18} aria-hidden="true" />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {user && (
          <>
            <Menu.Label>
              {user.name} · {words.roles[user.role]}
            </Menu.Label>
            <Menu.Divider />
          </>
        )}
        <Menu.Label>{words.app.appearance}</Menu.Label>
        {SCHEMES.map((scheme) => (
          <Menu.Item
            key={scheme}
            role="menuitemradio"
            aria-checked={scheme === colorScheme}
            rightSection={check(scheme === colorScheme)}
            onClick={() => setColorScheme(scheme)}
          >
            {words.app[scheme]}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Label>{words.app.languages}</Menu.Label>
        {(Object.keys(languageNames) as LanguageCode[]).map((language) => (
          <Menu.Item
            key={language}
            role="menuitemradio"
            aria-checked={language === code}
            lang={language}
            rightSection={check(language === code)}
            onClick={() => choose(language)}
          >
            {languageNames[language]}
          </Menu.Item>
        ))}
        {user && (
          <>
            <Menu.Divider />
            <Menu.Item leftSection={<IconLogout size={16} aria-hidden="true" />} onClick={() => void session.signOut()}>
              {words.app.signOut}
            </Menu.Item>
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  )
}

function check(chosen: boolean) {
  return chosen && <IconCheck size={16} aria-hidden="true" />
}
