import { minorUnits } from '@loyalty-live/events/minor-units'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDatabase, type TestDatabase } from '../../../../tests/harness/database.ts'

let database: TestDatabase

beforeAll(async () => {
  database = await createDatabase()
})
afterAll(() => database.drop())

test('PostgreSQL and the contract know the same minor units of every currency', async () => {
  const codes = Intl.supportedValuesOf('currency')
  const rows = await database.sql<{ code: string; units: number }>(
    'select code, minor_units(code)::int as units from unnest($1::text[]) as code',
    [codes],
  )
  expect(rows).toHaveLength(codes.length)
  expect(rows.filter(({ code, units }) => units !== minorUnits(code))).toEqual([])
  expect(['KES', 'JPY', 'KWD', 'PKR'].map(minorUnits)).toEqual([100, 1, 1000, 100])
})

test.each([
  // 1,500.00 shillings, 0.01 points for one
  [150_000, 'KES', 0.01, 15],
  [150_099, 'KES', 0.01, 15],
  [199, 'KES', 0.5, 0],
  [200, 'KES', 0.5, 1],
  [1500, 'JPY', 0.01, 15],
  [1500, 'KWD', 10, 15],
  [100, 'KES', 0, 0],
  [1_000_000_000_000, 'KES', 999_999, 1_000_000],
])('%i minor units of %s at %d points a unit earn %i', async (amount, currency, rate, points) => {
  const [row] = await database.sql('select points_for_payment($1, $2, $3)::int as points', [amount, currency, rate])
  expect(row).toEqual({ points })
})

test.each([
  [10, 100, 0, 10],
  [10, 100, 1, 9],
  [10, 100, 50, 5],
  [10, 100, 99, 0],
  [10, 100, 100, 0],
  [7, 3, 1, 4],
  [1_000_000, 1_000_000_000_000, 1, 999_999],
])('of %i points for %i, %i of it refunded, %i are kept', async (awarded, amount, refunded, kept) => {
  const [row] = await database.sql('select points_kept($1, $2, $3)::int as kept', [awarded, amount, refunded])
  expect(row).toEqual({ kept })
})
