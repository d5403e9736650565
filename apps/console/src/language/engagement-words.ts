import { pageWords } from './page-words.ts'

/** Words about what is asked of customers: enrolments, scans, adjustments, programmes. */
export const useEngagementWords = pageWords({
  en: () => import('./en-engagement.ts').then(({ enEngagement }) => enEngagement),
  de: () => import('./de-engagement.ts').then(({ deEngagement }) => deEngagement),
})
