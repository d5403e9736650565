import { cursorText } from '@loyalty-live/events'
import { isSupportedCountry } from 'libphonenumber-js'
import { z } from 'zod'
import { text } from '../http/fields.ts'

const CURRENCIES: ReadonlySet<string> = new Set(Intl.supportedValuesOf('currency'))

const TIME_ZONES: ReadonlySet<string> = new Set(['UTC', ...Intl.supportedValuesOf('timeZone')])

const adjustmentsNeedApproval = z.boolean().meta({
  description: 'Whether points changed by hand wait for the customer’s approval. What waits already goes on waiting',
})

export const settingsRecord = z
  .object({
    name: z.string().meta({ description: 'As customers and staff read it' }),
    defaultCountry: z.string().meta({
      description: 'ISO 3166-1 alpha-2: where a phone number without a country code is from',
    }),
    currency: z.string().meta({ description: 'ISO 4217. Stays, once an amount was recorded in it' }),
    timeZone: z.string().meta({ description: 'IANA name: when days begin, in lists and figures by the day' }),
    adjustmentsNeedApproval,
    version: z.int(),
    cursor: cursorText,
  })
  .meta({ title: 'Settings' })

export type SettingsRecord = Omit<z.infer<typeof settingsRecord>, 'cursor'>

export const patchBody = z.strictObject({
  name: text(100).optional(),
  defaultCountry: z
    .string()
    .refine((code): boolean => isSupportedCountry(code), { error: 'is not an ISO 3166-1 country code, such as KE' })
    .optional(),
  currency: z
    .string()
    .refine((code) => CURRENCIES.has(code), { error: 'is not an ISO 4217 currency code, such as KES' })
    .optional(),
  timeZone: z
    .string()
    .refine((name) => TIME_ZONES.has(name), { error: 'is not the name of a time zone, such as Africa/Nairobi' })
    .optional(),
  adjustmentsNeedApproval: adjustmentsNeedApproval.optional(),
})
