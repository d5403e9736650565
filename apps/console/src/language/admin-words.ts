import { pageWords } from './page-words.ts'

/** Words of the pages for those who run the business. */
export const useAdminWords = pageWords({
  en: () => import('./en-admin.ts').then(({ enAdmin }) => enAdmin),
  de: () => import('./de-admin.ts').then(({ deAdmin }) => deAdmin),
})
