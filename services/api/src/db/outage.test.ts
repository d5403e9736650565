import { expect, test } from 'vitest'
import { outageOf } from './outage.ts'

test.each([
  ['ECONNREFUSED', 'connect ECONNREFUSED 10.0.0.7:5432', 'database-unreachable'],
  ['ENOTFOUND', 'getaddrinfo ENOTFOUND db.internal', 'database-unreachable'],
  ['57P03', 'the database system is starting up', 'database-unreachable'],
  [undefined, 'Connection terminated unexpectedly', 'database-unreachable'],
  [undefined, 'Connection terminated due to connection timeout', 'database-silent'],
  [undefined, 'timeout exceeded when trying to connect', 'database-silent'],
  [undefined, 'Query read timeout', 'database-silent'],
  ['57014', 'canceling statement due to statement timeout', 'database-silent'],
  ['22023', 'role "loyalty_app" does not exist', 'database-not-migrated'],
  ['28P01', 'password authentication failed for user "loyalty"', 'database-login-refused'],
  ['3D000', 'database "loyalty" does not exist', 'database-login-refused'],
  ['55000', 'database "loyalty" is not currently accepting connections', 'database-login-refused'],
  ['53100', 'could not write to file "pg_snapshots/…": No space left on device', 'database-disk-full'],
  ['53300', 'sorry, too many clients already', 'database-out-of-connections'],
  ['58030', 'could not read block 7', 'database-failing'],
  [undefined, 'something that nobody has seen yet', 'database-failing'],
])('%s, "%s", is %s', (code, message, outage) => {
  expect(outageOf(Object.assign(new Error(message), code === undefined ? {} : { code }))).toBe(outage)
})
