import { createLanguage } from './create-language.tsx'
import { en, type Dictionary } from './en.ts'
import { createFigures, type Figures } from './figures.ts'
import { createFormat, type Format } from './format.ts'

/** The languages of the business's side. */
export const { LanguageProvider, useLanguage, useWords, useFormat } = createLanguage<Dictionary, Format & Figures>(
  { en, de: () => import('./de.ts').then(({ de }) => de) },
  (locale) => ({ ...createFormat(locale), ...createFigures(locale) }),
)
