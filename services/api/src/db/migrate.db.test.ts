import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { createDatabase, type TestDatabase } from '../../../../tests/harness/database.ts'
import { dumpSchema } from './dump-schema.ts'
import { migrate, readMigrations } from './migrate.ts'

let database: TestDatabase

beforeAll(async () => {
  database = await createDatabase()
})
afterAll(() => database.drop())

test('a database that is up to date has nothing to run', async () => {
  expect(await migrate(database.url)).toEqual([])
})

test('eight processes that start at once run every migration once', async () => {
  const name = 'migrate_at_once'
  const client = new pg.Client({ connectionString: `${inject('postgresUrl')}postgres` })
  await client.connect()
  await client.query(`create database ${name}`)
  try {
    const url = `${inject('postgresUrl')}${name}`
    const ran = await Promise.all(Array.from({ length: 8 }, () => migrate(url)))
    expect(ran.flat()).toEqual([...readMigrations().keys()])
  } finally {
    await client.query(`drop database ${name} with (force)`)
    await client.end()
  }
})

test('a migration that was changed after it ran is refused', async () => {
  await database.sql(`update migrations set checksum = 'other' where name like '0001%'`)
  await expect(migrate(database.url)).rejects.toThrow('was changed after it ran')
})

test('a database that is ahead of this build is refused', async () => {
  await database.sql(`insert into migrations (name, checksum) values ('9999_later.sql', 'x')`)
  await expect(migrate(database.url)).rejects.toThrow('run a newer build')
})

test('schema.sql is what all migrations make (npm run db:dump-schema)', async () => {
  const file = join(import.meta.dirname, '..', '..', 'migrations', 'schema.sql')
  expect(readFileSync(file, 'utf8')).toBe(await dumpSchema(database.url))
})
