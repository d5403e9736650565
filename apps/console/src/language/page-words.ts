import { use } from 'react'
import type { LanguageCode } from './create-language.tsx'
import { useLanguage } from './language.tsx'

/**
 * Words that come with the pages that say them, in the language that is used, instead of with the first page. The hook that is
 * the answer suspends until they are there.
 */
export function pageWords<Words>(load: Readonly<Record<LanguageCode, () => Promise<Words>>>): () => Words {
  const loading = new Map<LanguageCode, Promise<Words>>()

  function loaded(code: LanguageCode): Promise<Words> {
    const known = loading.get(code)
    if (known) return known
    const words = load[code]()
    loading.set(code, words)
    // Whoever tries the page again asks for them again.
    words.catch(() => loading.delete(code))
    return words
  }

  return function usePageWords() {
    return use(loaded(useLanguage().code))
  }
}
