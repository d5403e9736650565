import { cursorText } from '@loyalty-live/events'
import { z } from 'zod'
import { isoTime, queryBoolean, text, uuid } from '../http/fields.ts'
import { pageOf, pageQuery } from '../http/paging.ts'

const card = z.object({
  id: uuid,
  programId: uuid,
  balance: z.int(),
  earned: z.int(),
  redeemed: z.int(),
  version: z.int(),
})

/** A customer as the business keeps them. `points`, `earned` and `redeemed` are sums over the cards. */
export const memberItem = z
  .object({
    id: uuid,
    phone: z.string(),
    displayName: z.string(),
    vip: z.boolean(),
    vipSince: isoTime.nullable(),
    version: z.int(),
    points: z.int(),
    earned: z.int(),
    redeemed: z.int(),
    lastActivityAt: isoTime.nullable(),
    createdAt: isoTime,
    cards: z.array(card),
  })
  .meta({ title: 'Customer' })

/** Whoever filters the list is not told a total: only everybody is counted in advance. */
export const memberPage = pageOf(memberItem).extend({
  total: z
    .int()
    .optional()
    .meta({ description: 'Customers of the tenant; on the first page, without search and filter' }),
})

/** One record, with the stream position that it reflects. */
export const memberRecord = memberItem.extend({ cursor: cursorText }).meta({ title: 'CustomerRecord' })

export const candidateItem = memberItem
  .extend({ bookings: z.int(), lastBookingAt: isoTime })
  .meta({ title: 'VipCandidate' })

const sortBy = z.enum(['name', 'points', 'earned', 'redeemed', 'lastActivity', 'created'])
export type SortBy = z.infer<typeof sortBy>

export const listQuery = z.strictObject({
  search: text(100).optional().meta({ description: 'Part of the name, or digits of the phone' }),
  vip: queryBoolean.optional(),
  sort: sortBy.default('name'),
  order: z.enum(['asc', 'desc']).default('asc'),
  ...pageQuery,
})

export const pageOnlyQuery = z.strictObject(pageQuery)
export const idParams = z.strictObject({ id: uuid })
export const patchBody = z.strictObject({ displayName: text(200) })
