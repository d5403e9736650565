import { createLanguage } from '../../language/create-language.tsx'
import { en, type Words } from './en.ts'

/** The languages of the customers' side, apart from the office's: nobody loads words that they never see. */
export const { LanguageProvider, useLanguage, useWords, useFormat } = createLanguage<Words>({
  en,
  de: () => import('./de.ts').then(({ de }) => de),
})
