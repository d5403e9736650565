import { expect, onTestFinished, test } from 'vitest'
import { createDatabase } from '../../../../tests/harness/database.ts'
import { connect } from './connect.ts'

test('I9 queries beyond those that may wait for a connection are refused at once; those that wait are served', async () => {
  const database = await createDatabase()
  onTestFinished(() => database.drop())
  const db = connect({ url: database.url, connectionsMax: 1, waitingMax: 3 })
  const holder = await db.pool.connect()
  const query = () => db.query.selectNoFrom((eb) => eb.lit(1).as('one')).execute()

  const waiting = [query(), query(), query()]
  await expect(query()).rejects.toMatchObject({ code: 'overloaded' })
  // The ledger's statements have a bound of their own.
  const lane = db.pool.query('select 1')
  holder.release()
  expect(await Promise.all(waiting)).toEqual([[{ one: 1 }], [{ one: 1 }], [{ one: 1 }]])
  expect((await lane).rowCount).toBe(1)
  expect(await query()).toEqual([{ one: 1 }])
  await db.close()
})
