import { createContext, use, useEffect, useMemo, useState, type ReactNode } from 'react'
import { keepPreference, readPreference } from '../preferences.ts'
import type { Format } from './format.ts'

/** What each language is called in itself. */
export const languageNames = { en: 'English', de: 'Deutsch' } as const

export type LanguageCode = keyof typeof languageNames

/** The words of one side of the product. English is there at once; another language is loaded when it is used. */
export type Dictionaries<Words> = { readonly en: Words } & {
  readonly [Code in Exclude<LanguageCode, 'en'>]: () => Promise<Words>
}

export type Language<Words, Formats extends Format = Format> = {
  readonly code: LanguageCode
  readonly words: Words
  readonly format: Formats
  choose(code: LanguageCode): void
}

/**
 * Gives a side of the product its languages: a provider, and the hooks that read what it provides.
 *
 * @param formatOf what of numbers and times that side writes, in a locale
 */
export function createLanguage<Words, Formats extends Format>(
  dictionaries: Dictionaries<Words>,
  formatOf: (locale: string) => Formats,
) {
  const LanguageContext = createContext<Language<Words, Formats> | null>(null)

  /** Shows everything in the chosen language, or else in the first of the browser's that there is. */
  function LanguageProvider({ children }: { children: ReactNode }) {
    const [code, setCode] = useState<LanguageCode>(initialLanguage)
    const [loaded, setLoaded] = useState<{ code: LanguageCode; words: Words } | null>(
      code === 'en' ? { code, words: dictionaries.en } : null,
    )

    useEffect(() => {
      let wanted = true
      async function load(): Promise<void> {
        const words = code === 'en' ? dictionaries.en : await dictionaries[code]()
        if (!wanted) return
        document.documentElement.lang = code
        setLoaded({ code, words })
      }
      void load()
      return () => {
        wanted = false
      }
    }, [code])

    const language = useMemo<Language<Words, Formats> | null>(() => {
      if (!loaded) return null
      return {
        ...loaded,
        format: formatOf(regionOf(loaded.code)),
        choose(chosen) {
          keepPreference('console.language', chosen)
          setCode(chosen)
        },
      }
    }, [loaded])

    return language && <LanguageContext value={language}>{children}</LanguageContext>
  }

  function useLanguage(): Language<Words, Formats> {
    const language = use(LanguageContext)
    if (!language) throw new Error('useLanguage needs a LanguageProvider around it')
    return language
  }

  return {
    LanguageProvider,
    useLanguage,
    /** The words of the screen. */
    useWords: (): Words => useLanguage().words,
    /** Numbers and times as the language writes them. */
    useFormat: (): Formats => useLanguage().format,
  }
}

function initialLanguage(): LanguageCode {
  const wanted = [readPreference('console.language'), ...navigator.languages.map((tag) => tag.split('-')[0])]
  return wanted.find(isLanguage) ?? 'en'
}

/** English is written differently in London and in New York: the browser knows where it is. */
function regionOf(code: LanguageCode): string {
  return navigator.languages.find((tag) => tag === code || tag.startsWith(`${code}-`)) ?? code
}

function isLanguage(code: string | null | undefined): code is LanguageCode {
  return typeof code === 'string' && Object.hasOwn(languageNames, code)
}
