import { getCountries } from 'libphonenumber-js'
import { expect, test } from 'vitest'
import { COUNTRIES } from './countries.ts'

test('the countries that are offered are those that the API can read phone numbers of', () => {
  expect(COUNTRIES.toSorted()).toEqual(getCountries().toSorted())
})
