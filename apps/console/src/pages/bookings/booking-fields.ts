import type { Booking } from '@loyalty-live/client/query'
import { momentOf, wallTimeAt, type WallTime } from '../../time/zoned.ts'

/** A booking as its form shows it. */
export type BookingFields = {
  /** On the clocks of the business. */
  readonly startsAt: WallTime
  readonly amountMinor: number
  readonly status: Booking['status']
  readonly note: string
}

export const fieldsOf = (
  { startsAt, amountMinor, status, note }: Pick<Booking, 'startsAt' | 'amountMinor' | 'status' | 'note'>,
  timeZone: string,
): BookingFields => ({ startsAt: wallTimeAt(new Date(startsAt), timeZone), amountMinor, status, note: note ?? '' })

/** What the API is sent: only fields that are given. An empty note is none. */
export function toBody({ startsAt, note, ...rest }: Partial<BookingFields>, timeZone: string): object {
  return {
    ...rest,
    ...(startsAt === undefined ? {} : { startsAt: momentOf(startsAt, timeZone).toISOString() }),
    ...(note === undefined ? {} : { note: note.trim() === '' ? null : note.trim() }),
  }
}
