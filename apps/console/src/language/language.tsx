import { createContext, use, useEffect, useMemo, useState, type ReactNode } from 'react'
import { keepPreference, readPreference } from '../preferences.ts'
import { en, type Dictionary } from './en.ts'
import { createFormat, type Format } from './format.ts'

/** What a language is called in itself, and where its words are; only the one that is used is loaded. */
export const languages = {
  en: { name: 'English', load: async () => en },
  de: { name: 'Deutsch', load: () => import('./de.ts').then(({ de }) => de) },
} as const satisfies Record<string, { name: string; load: () => Promise<Dictionary> }>

export type LanguageCode = keyof typeof languages

type Language = {
  readonly code: LanguageCode
  readonly words: Dictionary
  readonly format: Format
  choose(code: LanguageCode): void
}

const LanguageContext = createContext<Language | null>(null)

/** Shows everything in the chosen language, or else in the first of the browser's that there is. */
export function LanguageProvider({ children }: { children: ReactNode }) {
  const [code, setCode] = useState<LanguageCode>(initialLanguage)
  const [loaded, setLoaded] = useState<{ code: LanguageCode; words: Dictionary } | null>(
    code === 'en' ? { code, words: en } : null,
  )

  useEffect(() => {
    let wanted = true
    async function load(): Promise<void> {
      const words = await languages[code].load()
      if (!wanted) return
      document.documentElement.lang = code
      setLoaded({ code, words })
    }
    void load()
    return () => {
      wanted = false
    }
  }, [code])

  const language = useMemo<Language | null>(() => {
    if (!loaded) return null
    return {
      ...loaded,
      format: createFormat(regionOf(loaded.code)),
      choose(chosen) {
        keepPreference('console.language', chosen)
        setCode(chosen)
      },
    }
  }, [loaded])

  return language && <LanguageContext value={language}>{children}</LanguageContext>
}

export function useLanguage(): Language {
  const language = use(LanguageContext)
  if (!language) throw new Error('useLanguage needs a LanguageProvider around it')
  return language
}

/** The words of the screen. */
export const useWords = (): Dictionary => useLanguage().words
/** Numbers and times as the language writes them. */
export const useFormat = (): Format => useLanguage().format

function initialLanguage(): LanguageCode {
  const wanted = [readPreference('console.language'), ...navigator.languages.map((tag) => tag.split('-')[0])]
  return wanted.find(isLanguage) ?? 'en'
}

/** English is written differently in London and in New York: the browser knows where it is. */
function regionOf(code: LanguageCode): string {
  return navigator.languages.find((tag) => tag === code || tag.startsWith(`${code}-`)) ?? code
}

function isLanguage(code: string | null | undefined): code is LanguageCode {
  return typeof code === 'string' && Object.hasOwn(languages, code)
}
