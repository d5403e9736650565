import { pageWords } from './page-words.ts'

export const useDashboardWords = pageWords({
  en: () => import('./en-dashboard.ts').then(({ enDashboard }) => enDashboard),
  de: () => import('./de-dashboard.ts').then(({ deDashboard }) => deDashboard),
})
