import { createLanguage } from './create-language.tsx'
import { en, type Dictionary } from './en.ts'

/** The languages of the business's side. */
export const { LanguageProvider, useLanguage, useWords, useFormat } = createLanguage<Dictionary>({
  en,
  de: () => import('./de.ts').then(({ de }) => de),
})
