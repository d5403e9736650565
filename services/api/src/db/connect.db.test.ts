import { randomUUID } from 'node:crypto'
import type { FastifyError, FastifyRequest } from 'fastify'
import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { createDatabase, type TestDatabase } from '../../../../tests/harness/database.ts'
import { problemOf } from '../http/problem.ts'
import { connect, isTooSlow, isUnavailable, type Db } from './connect.ts'

let database: TestDatabase
let db: Db

beforeAll(async () => {
  database = await createDatabase()
})
afterAll(() => database.drop())
beforeEach(() => {
  db = connect({ url: database.url, connectionsMax: 1 })
})
afterEach(() => db.close())

const failureOf = (work: Promise<unknown>) => work.then(() => null).catch((error: unknown) => error)

test('a connection that is lost between two statements of a transaction fails that transaction, and not the process', async () => {
  const failure = await failureOf(
    db.query.transaction().execute(async (trx) => {
      const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(trx)
      await database.sql('select pg_terminate_backend($1, 5000)', [rows[0]!.pid])
      await sql`select 1`.execute(trx)
    }),
  )
  expect(isUnavailable(failure)).toBe(true)
  expect((await sql`select 1`.execute(db.query)).rows).toHaveLength(1)
})

test('a database that takes no connections is unavailable: it is not a fault of the statement', async () => {
  const name = `closed_${randomUUID().replaceAll('-', '')}`
  await database.sql(`create database ${name} allow_connections false`)
  const closed = connect({ url: database.url.replace(/[^/]+$/, name), connectionsMax: 1 })
  const failure = await failureOf(sql`select 1`.execute(closed.query))
  await closed.close()
  await database.sql(`drop database ${name}`)
  expect(failure).toMatchObject({ code: '55000' })
  expect(isUnavailable(failure)).toBe(true)
})

test('a statement that takes too long is ended, and told from a database that is away', async () => {
  const hasty = connect({ url: database.url, connectionsMax: 1, statementTimeoutMs: 50 })
  const failure = await failureOf(sql`select pg_sleep(30)`.execute(hasty.query))
  await hasty.close()
  expect([isTooSlow(failure), isUnavailable(failure)]).toEqual([true, false])
  expect(problemOf(failure as FastifyError, {} as FastifyRequest).code).toBe('database-unavailable')
})
