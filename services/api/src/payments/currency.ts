import { z } from 'zod'

/** Every currency that there is; PostgreSQL's minor_units knows the same, which a test compares. */
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

/**
 * ISO 4217 (list one, of 2024) where it is not hundredths. Not Intl's: that follows CLDR, which shows many currencies without the
 * minor units that they have.
 */
const MINOR_UNITS: Readonly<Record<string, number>> = {
  ...Object.fromEntries(
    'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'.split(' ').map((code) => [code, 1]),
  ),
  ...Object.fromEntries('BHD IQD JOD KWD LYD OMR TND'.split(' ').map((code) => [code, 1000])),
  CLF: 10_000,
  UYW: 10_000,
}

/** How many minor units make one of a currency: 100 for KES, 1 for JPY, 1000 for KWD. */
export const minorUnits = (currency: string): number => MINOR_UNITS[currency] ?? 100
