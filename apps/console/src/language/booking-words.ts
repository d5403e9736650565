import { pageWords } from './page-words.ts'

export const useBookingWords = pageWords({
  en: () => import('./en-bookings.ts').then(({ enBookings }) => enBookings),
  de: () => import('./de-bookings.ts').then(({ deBookings }) => deBookings),
})
