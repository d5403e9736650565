import { z } from 'zod'

/** Every currency that there is. */
const currencies = new Set(Intl.supportedValuesOf('currency'))

export const currencyCode = z
  .string()
  .refine((code) => currencies.has(code), { error: 'must be an ISO 4217 currency code, such as KES' })

/** More than any bill, and far below where sums stop being exact. */
const AMOUNT_MINOR_MAX = 1_000_000_000_000

export const amountMinor = z
  .int()
  .min(1)
  .max(AMOUNT_MINOR_MAX)
  .meta({ description: 'In minor units of the currency: 150000 is KES 1,500.00' })
