import { createLanguage } from '../../language/create-language.tsx'
import { createFormat, type Format } from '../../language/format.ts'
import { en, type Words } from './en.ts'

/** The languages of the customers' side, apart from the office's: nobody loads words, or ways to write, that they never see. */
export const { LanguageProvider, useLanguage, useWords, useFormat } = createLanguage<Words, Format>(
  { en, de: () => import('./de.ts').then(({ de }) => de) },
  createFormat,
)
