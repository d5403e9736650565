import { Menu, useMantineColorScheme, type MantineColorScheme } from '@mantine/core'
import { IconCheck, IconLogout } from '@tabler/icons-react'
import { useEffect, useRef, useState } from 'react'
import { languageNames, type LanguageCode } from '../language/create-language.tsx'
import { useLanguage } from '../language/language.tsx'
import { useSession, useUser } from '../session/use-session.tsx'
import { PreferencesButton } from './preferences-button.tsx'

const SCHEMES: readonly MantineColorScheme[] = ['light', 'dark', 'auto']

/** Looks and language, and the way out; open as soon as it is there, as somebody has asked for it. */
export function PreferencesMenu() {
  const { code, words, choose } = useLanguage()
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  const session = useSession()
  const user = useUser()
  const button = useRef<HTMLButtonElement>(null)
  const [opened, setOpened] = useState(false)

  useEffect(() => {
    // It has taken the place of the one that was pressed: the menu gives the focus back to it.
    button.current?.focus({ preventScroll: true })
    setOpened(true)
  }, [])

  return (
    <Menu
      opened={opened}
      onChange={setOpened}
      position="bottom-end"
      width={240}
      withinPortal
      checkIcon={<IconCheck size={16} aria-hidden="true" />}
    >
      <Menu.Target>
        <PreferencesButton ref={button} />
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
        <Menu.RadioGroup value={colorScheme} onChange={(scheme) => setColorScheme(scheme as MantineColorScheme)}>
          {SCHEMES.map((scheme) => (
            <Menu.RadioItem key={scheme} value={scheme} closeMenuOnClick>
              {words.app[scheme]}
            </Menu.RadioItem>
          ))}
        </Menu.RadioGroup>
        <Menu.Divider />
        <Menu.Label>{words.app.languages}</Menu.Label>
        <Menu.RadioGroup value={code} onChange={(language) => choose(language as LanguageCode)}>
          {(Object.keys(languageNames) as LanguageCode[]).map((language) => (
            <Menu.RadioItem key={language} value={language} lang={language} closeMenuOnClick>
              {languageNames[language]}
            </Menu.RadioItem>
          ))}
        </Menu.RadioGroup>
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
