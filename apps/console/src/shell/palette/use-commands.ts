import { useMantineColorScheme } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { IconBrightness, IconLanguage, IconLogout, IconRefresh } from '@tabler/icons-react'
import type { User } from '../../api/shapes.ts'
import { languageNames, type LanguageCode } from '../../language/create-language.tsx'
import { useLanguage } from '../../language/language.tsx'
import { useRefresh } from '../../live/use-refresh.ts'
import { useSession } from '../../session/use-session.tsx'
import { pagesOf } from '../pages.ts'
import type { Command } from './commands.ts'

/** Everything that this user can do from anywhere; customers are looked for besides. */
export function useCommands(user: User): readonly Command[] {
  const { words, code, choose } = useLanguage()
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  const { refresh } = useRefresh()
  const session = useSession()
  const navigate = useNavigate()

  const pages = pagesOf(user.role).map(({ name, to, icon }): Command => ({
    id: `page-${name}`,
    group: 'pages',
    label: words.shortcuts.goTo(words.nav[name]),
    icon,
    run: () => void navigate({ to, params: { tenant: user.tenant } }),
  }))
  const schemes = (['light', 'dark', 'auto'] as const)
    .filter((scheme) => scheme !== colorScheme)
    .map((scheme): Command => ({
      id: `scheme-${scheme}`,
      group: 'actions',
      label: `${words.app.appearance}: ${words.app[scheme]}`,
      icon: IconBrightness,
      run: () => setColorScheme(scheme),
    }))
  const tongues = (Object.keys(languageNames) as LanguageCode[])
    .filter((language) => language !== code)
    .map((language): Command => ({
      id: `language-${language}`,
      group: 'actions',
      label: `${words.app.languages}: ${languageNames[language]}`,
      icon: IconLanguage,
      run: () => choose(language),
    }))
  return [
    ...pages,
    { id: 'refresh', group: 'actions', label: words.live.refresh, icon: IconRefresh, run: () => void refresh() },
    ...schemes,
    ...tongues,
    {
      id: 'sign-out',
      group: 'actions',
      label: words.app.signOut,
      icon: IconLogout,
      run: () => void session.signOut(),
    },
  ]
}
