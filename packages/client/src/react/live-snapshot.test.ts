import { expect, test } from 'vitest'
import { send, setUpLive } from '../../test/client-setup.ts'
import { settlePromises } from '../../test/virtual-clock.ts'
import { createLiveSnapshot } from './live-snapshot.ts'

/** A snapshot of a live client at 1:10; every read is answered when the test says so. */
async function setUpSnapshot() {
  const it = await setUpLive()
  const reads: { answer(cursor: string): Promise<void>; fail(error: unknown): Promise<void>; signal: AbortSignal }[] =
    []
  const snapshot = createLiveSnapshot<{ cursor: string }>({
    client: it.client,
    clock: it.clock,
    touches: ({ type }) => type === 'loyalty_updated',
    load: (signal) =>
      new Promise((resolve, reject) => {
        reads.push({
          signal,
          answer: (cursor) => (resolve({ cursor }), settlePromises()),
          fail: (error) => (reject(error), settlePromises()),
        })
      }),
  })
  let changes = 0
  const leave = snapshot.keep(() => (changes += 1))
  return { ...it, snapshot, reads, leave, changes: () => changes }
}

test('is read when somebody looks, and shown', async () => {
  const it = await setUpSnapshot()
  expect(it.snapshot.current()).toEqual({ data: null, error: null, isLoading: true })
  await it.reads[0]!.answer('1:10')
  expect(it.snapshot.current()).toEqual({ data: { cursor: '1:10' }, error: null, isLoading: false })
  await it.clock.advance(60_000)
  expect(it.reads).toHaveLength(1)
})

test('is read again once for several events, and once a second at most', async () => {
  const it = await setUpSnapshot()
  await it.reads[0]!.answer('1:10')
  await it.clock.advance(5_000)
  send(it, 11, 12, 13)
  await it.clock.advance(49)
  expect(it.reads).toHaveLength(1)
  await it.clock.advance(1)
  expect(it.reads).toHaveLength(2)
  await it.reads[1]!.answer('1:13')
  send(it, 14)
  await it.clock.advance(999)
  expect(it.reads).toHaveLength(2)
  await it.clock.advance(1)
  expect(it.reads).toHaveLength(3)
})

test('that arrives older than an event that was heard meanwhile is read again; newer, it is not', async () => {
  const it = await setUpSnapshot()
  send(it, 11)
  await it.reads[0]!.answer('1:10')
  await it.clock.advance(1_000)
  expect(it.reads).toHaveLength(2)
  send(it, 12)
  await it.reads[1]!.answer('1:12')
  await it.clock.advance(3_000)
  expect(it.reads).toHaveLength(2)
})

test('that is older than where the client began to listen is read again', async () => {
  const it = await setUpSnapshot()
  await it.reads[0]!.answer('1:9')
  await it.clock.advance(1_000)
  expect(it.reads).toHaveLength(2)
})

test('keeps what was read when a read fails, says so, and tries again', async () => {
  const it = await setUpSnapshot()
  await it.reads[0]!.answer('1:10')
  it.snapshot.refresh()
  const error = new Error('no network')
  await it.reads[1]!.fail(error)
  expect(it.snapshot.current()).toEqual({ data: { cursor: '1:10' }, error, isLoading: false })
  await it.clock.advance(5_000)
  await it.reads[2]!.answer('1:10')
  expect(it.snapshot.current()).toEqual({ data: { cursor: '1:10' }, error: null, isLoading: false })
})

test('left alone reads no more, and forgets what was on its way', async () => {
  const it = await setUpSnapshot()
  it.leave()
  expect(it.reads[0]!.signal.aborted).toBe(true)
  await it.reads[0]!.answer('1:10')
  expect(it.snapshot.current().data).toBeNull()
  send(it, 11)
  await it.clock.advance(60_000)
  expect(it.reads).toHaveLength(1)
})

test('a restored database has it read at once', async () => {
  const it = await setUpSnapshot()
  await it.reads[0]!.answer('1:10')
  await it.clock.advance(10_000)
  it.server.stream.restoreBackup(3)
  it.socket().message('head', { head: '2:7' })
  await it.clock.advance(100)
  expect(it.reads).toHaveLength(2)
  await it.reads[1]!.answer('2:7')
  await it.clock.advance(60_000)
  expect(it.reads).toHaveLength(2)
})
