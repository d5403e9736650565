import { parsePhoneNumberFromString, type CountryCode } from 'libphonenumber-js'
import { ApiError } from '../errors.ts'

/**
 * Reads a number however it was typed: with or without country code, blanks, brackets, dashes. Without a country code it is
 * of `defaultCountry`; where that is undefined, it needs one.
 *
 * @param field where it was given, for the error
 * @returns E.164
 * @throws ApiError invalid-request
 */
export function parsePhone(typed: string, defaultCountry: string | undefined, field: string): string {
  const parsed = parsePhoneNumberFromString(typed, defaultCountry as CountryCode | undefined)
  if (parsed?.isPossible()) return parsed.number
  const message = `is not a phone number that can exist; in full it looks like +447306506797`
  throw new ApiError('invalid-request', `${field}: ${message}`, { errors: [{ field, message }] })
}
