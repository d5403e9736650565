import { expect, onTestFinished, test, vi } from 'vitest'
import type { CommittedEvent } from '../stream/committed-event.ts'
import type { Change, ChangeResult } from './apply.ts'
import { Lanes, type ApplyBatch, type LanesOptions } from './lanes.ts'

const change = (key: string, tenant = 'demo'): Change => ({
  tenant,
  actor: { type: 'terminal', id: 'till', name: null },
  key,
  hash: '00',
  kind: 'redeem',
  customerId: 'c',
  points: 1,
  reason: null,
  orderId: null,
})

const REUSED: ChangeResult = { kind: 'key-reused' }

/** A database that is told when to answer: each call waits for its `answer`. */
function controlled() {
  const calls: {
    keys: (string | null)[]
    answer: (events?: CommittedEvent[]) => void
    fail: (error: unknown) => void
  }[] = []
  const apply: ApplyBatch = (changes) =>
    new Promise((resolve, reject) => {
      calls.push({
        keys: changes.map(({ key }) => key),
        answer: (events = []) => resolve({ results: changes.map(() => REUSED), events }),
        fail: reject,
      })
    })
  return { calls, apply }
}

const lanes = (apply: ApplyBatch, options: Partial<LanesOptions> = {}) =>
  new Lanes({ apply, onCommitted: () => undefined, lanes: 1, queueMax: 100, random: () => 0, ...options })

const turn = () => new Promise((resolve) => setImmediate(resolve))

test('a lone change is sent at once, and what arrives meanwhile is the next batch', async () => {
  const { calls, apply } = controlled()
  const subject = lanes(apply)
  const answers = [subject.apply(change('a'))]
  await turn()
  answers.push(subject.apply(change('b')), subject.apply(change('c')))
  await turn()
  expect(calls.map(({ keys }) => keys)).toEqual([['a']])
  calls[0]!.answer()
  await turn()
  expect(calls.map(({ keys }) => keys)).toEqual([['a'], ['b', 'c']])
  calls[1]!.answer()
  await Promise.all(answers)
})

test('changes that arrive in the same turn share a batch', async () => {
  const { calls, apply } = controlled()
  const subject = lanes(apply)
  const answers = ['a', 'b', 'c'].map((key) => subject.apply(change(key)))
  await turn()
  expect(calls.map(({ keys }) => keys)).toEqual([['a', 'b', 'c']])
  calls[0]!.answer()
  await Promise.all(answers)
})

test('two changes under one key never share a batch, and others do not wait for the second', async () => {
  const { calls, apply } = controlled()
  const subject = lanes(apply)
  const answers = ['a', 'a', 'b'].map((key) => subject.apply(change(key)))
  await turn()
  calls[0]!.answer()
  await turn()
  calls[1]!.answer()
  await Promise.all(answers)
  expect(calls.map(({ keys }) => keys)).toEqual([['a', 'b'], ['a']])
})

test('tenants of different lanes do not wait for each other', async () => {
  const { calls, apply } = controlled()
  const subject = lanes(apply, { lanes: 8 })
  const answers = ['demo', 'rival', 'third', 'fourth'].map((tenant) => subject.apply(change('a', tenant)))
  await turn()
  expect(calls.length).toBeGreaterThan(1)
  for (const { answer } of calls) answer()
  await Promise.all(answers)
})

test('a change that fails its batch fails alone', async () => {
  const sent: (string | null)[][] = []
  const subject = lanes(async (changes) => {
    sent.push(changes.map(({ key }) => key))
    if (changes.some(({ key }) => key === 'bad')) throw Object.assign(new Error('no such kind'), { code: '23514' })
    return { results: changes.map(() => REUSED), events: [] }
  })
  const answers = await Promise.allSettled(['a', 'bad', 'b'].map((key) => subject.apply(change(key))))
  expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  expect(sent).toEqual([['a', 'bad', 'b'], ['a'], ['bad'], ['b']])
})

test.each(['40P01', '57P01', 'ECONNREFUSED'])('a batch that failed with %s is tried again as a whole', async (code) => {
  let failures = 2
  const subject = lanes(async (changes) => {
    if (failures-- > 0) throw Object.assign(new Error(code), { code })
    return { results: changes.map(() => REUSED), events: [] }
  })
  expect(await Promise.all(['a', 'b'].map((key) => subject.apply(change(key))))).toEqual([REUSED, REUSED])
})

test('when the database stays away everybody hears it, and the lane goes on afterwards', async () => {
  let down = true
  const subject = lanes(async (changes) => {
    if (down) throw Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })
    return { results: changes.map(() => REUSED), events: [] }
  })
  const answers = await Promise.allSettled(['a', 'b'].map((key) => subject.apply(change(key))))
  expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  down = false
  expect(await subject.apply(change('c'))).toEqual(REUSED)
})

test('events are told once, before the answers, in order', async () => {
  const told: number[] = []
  const event = (seq: number): CommittedEvent => ({ tenant: 'demo', epoch: 1, seq, text: '{}' })
  let seq = 0
  const subject = lanes(
    async (changes) => ({ results: changes.map(() => REUSED), events: changes.map(() => event(++seq)) }),
    { onCommitted: (events) => told.push(...events.map((each) => each.seq)) },
  )
  await subject.apply(change('a'))
  await Promise.all(['b', 'c'].map((key) => subject.apply(change(key))))
  expect(told).toEqual([1, 2, 3])
})

test('beyond queueMax a change is refused at once, and there is room again afterwards', async () => {
  const { calls, apply } = controlled()
  const subject = lanes(apply, { queueMax: 2 })
  const waiting = [subject.apply(change('a')), subject.apply(change('b'))]
  await expect(subject.apply(change('c'))).rejects.toMatchObject({ code: 'overloaded' })
  await turn()
  calls[0]!.answer()
  await Promise.all(waiting)
  const next = subject.apply(change('d'))
  await turn()
  calls[1]!.answer()
  expect(await next).toEqual(REUSED)
})

/** How long a till waits. */
const PATIENCE_MS = 10_000

/** Time that passes only when it is told to. */
function stopTheClock(): (ms: number) => Promise<void> {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  return async (ms) => void (await vi.advanceTimersByTimeAsync(ms))
}

test('a change that has waited longer than a till does is not sent any more, and leaves room for others', async () => {
  const pass = stopTheClock()
  const { calls, apply } = controlled()
  const subject = lanes(apply, { queueMax: 2 })
  const first = subject.apply(change('a')).catch(() => undefined)
  await turn()
  const late = expect(subject.apply(change('b'))).rejects.toMatchObject({ code: 'overloaded' })
  await pass(PATIENCE_MS)
  await late
  expect(subject.waiting).toBe(1)
  const next = subject.apply(change('c'))
  calls[0]!.answer()
  await turn()
  calls[1]!.answer()
  expect(await next).toEqual(REUSED)
  await first
  expect(calls.map(({ keys }) => keys)).toEqual([['a'], ['c']])
})

test('whose change was sent is told in time that nobody knows; what the database says in the end still counts', async () => {
  const pass = stopTheClock()
  const { calls, apply } = controlled()
  const told: number[] = []
  const subject = lanes(apply, { onCommitted: (events) => told.push(...events.map(({ seq }) => seq)) })
  const answer = subject.apply(change('a'))
  const unknown = expect(answer).rejects.toMatchObject({ code: 'database-unavailable' })
  await turn()
  await pass(PATIENCE_MS - 1)
  expect(await Promise.race([answer, turn()])).toBeUndefined()
  await pass(1)
  await unknown
  let drained = false
  const draining = subject.drain().then(() => (drained = true))
  await turn()
  expect([drained, subject.waiting]).toEqual([false, 1])
  calls[0]!.answer([{ tenant: 'demo', epoch: 1, seq: 7, text: '{}' }])
  await draining
  expect([told, subject.waiting]).toEqual([[7], 0])
})

test('a batch is not tried again for those who have given up', async () => {
  const pass = stopTheClock()
  const { calls, apply } = controlled()
  const subject = lanes(apply)
  const answers = [subject.apply(change('a'))]
  await turn()
  answers.push(subject.apply(change('b')))
  await pass(PATIENCE_MS - 1_000)
  answers.push(subject.apply(change('c')))
  calls[0]!.answer()
  await turn()
  const all = Promise.allSettled(answers)
  await pass(1_000)
  const lockTimeout = Object.assign(new Error('canceling statement due to lock timeout'), { code: '55P03' })
  calls[1]!.fail(lockTimeout)
  await vi.waitFor(() => expect(calls).toHaveLength(3))
  await pass(PATIENCE_MS)
  calls[2]!.fail(lockTimeout)
  expect((await all).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected'])
  await subject.drain()
  expect(calls.map(({ keys }) => keys)).toEqual([['a'], ['b', 'c'], ['c']])
})

test('drain waits for everything that was accepted', async () => {
  const { calls, apply } = controlled()
  const subject = lanes(apply)
  await subject.drain()
  const answer = subject.apply(change('a'))
  let drained = false
  const draining = subject.drain().then(() => (drained = true))
  await turn()
  expect(drained).toBe(false)
  calls[0]!.answer()
  await answer
  await draining
})
