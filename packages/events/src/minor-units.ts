/**
 * ISO 4217 (list one, of 2024) where it is not hundredths. Not Intl's: that follows CLDR, which shows many currencies without the
 * minor units that they have.
 */
const MINOR_UNIT_DIGITS: Readonly<Record<string, number>> = {
  ...Object.fromEntries(
    'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'.split(' ').map((code) => [code, 0]),
  ),
  ...Object.fromEntries('BHD IQD JOD KWD LYD OMR TND'.split(' ').map((code) => [code, 3])),
  CLF: 4,
  UYW: 4,
}

/** Digits behind the point of an amount: 2 for KES, 0 for JPY, 3 for KWD. */
export const minorDigits = (currency: string): number => MINOR_UNIT_DIGITS[currency] ?? 2

/** How many minor units make one of a currency: 100 for KES, 1 for JPY, 1000 for KWD. */
export const minorUnits = (currency: string): number => 10 ** minorDigits(currency)
