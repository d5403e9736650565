import { z } from 'zod'

/** An immutable slug: used in URLs, tokens, rooms and events, so it must be safe in each of them. */
export const tenantId = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, {
    error: 'must be a tenant slug: 1-63 of a-z, 0-9 and inner hyphens',
  })
  .meta({ description: 'Tenant slug, immutable', examples: ['demo'] })

export const uuid = z.uuid().meta({ description: 'UUID' })

export const timestamp = z.iso.datetime({ offset: true }).meta({ description: 'ISO 8601 date and time' })

/** ITU-T E.164: a plus sign and at most 15 digits. */
export const phone = z
  .string()
  .regex(/^\+[1-9]\d{4,14}$/, { error: 'must be a phone number in E.164 form, such as +447306506797' })
  .meta({ description: 'Phone number, E.164', examples: ['+447306506797'] })

/** Whole points; negative in a card that a programme allows into debt, and in a change that takes points. */
export const points = z.int().meta({ description: 'Loyalty points, whole' })

/** Counts the changes of one record, from 1; the higher version is the newer state. */
export const recordVersion = z.int().positive().meta({ description: 'Version of the record after this change' })

/** ISO 4217 minor units (cents, fils, …): money is never a fraction. */
export const amountMinor = z.int().meta({ description: 'Amount in minor units of the currency' })

export const currency = z
  .string()
  .regex(/^[A-Z]{3}$/, { error: 'must be an ISO 4217 currency code, such as KES' })
  .meta({ description: 'Currency, ISO 4217', examples: ['KES'] })

export const personName = z.string().min(1).max(200)

/** Who an event is about; every event about a customer starts with these. */
export const customerFields = {
  customerId: uuid,
  customerPhone: phone,
  customerName: personName.meta({ description: 'Name that this tenant shows for the customer' }),
} as const
