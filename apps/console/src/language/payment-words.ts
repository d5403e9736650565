import { pageWords } from './page-words.ts'

export const usePaymentWords = pageWords({
  en: () => import('./en-payments.ts').then(({ enPayments }) => enPayments),
  de: () => import('./de-payments.ts').then(({ dePayments }) => dePayments),
})
