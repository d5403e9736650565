import { expect, test } from 'vitest'
import { NoAnswer, Refusal } from '../api/http.ts'
import type { PointsChange } from '../api/shapes.ts'
import { createPointsSender } from './sender.ts'

const request = { path: '/api/loyalty/phone-lookup', body: { phone: '+254712345678', action: 'redeem', points: 75 } }
const change = { transactionId: 'a', balance: 200 } as PointsChange

/** A sender whose requests wait until they are answered here, and whose pauses end when they are told to. */
function stage() {
  const asked: { key: string; answer: PromiseWithResolvers<PointsChange> }[] = []
  const pauses: { delayMs: number; end: () => void }[] = []
  let keys = 0
  const done: PointsChange[] = []
  const sender = createPointsSender({
    ask: <T>(_path: string, { headers }: { headers?: Record<string, string> }) => {
      const answer = Promise.withResolvers<PointsChange>()
      asked.push({ key: headers!['idempotency-key']!, answer })
      return answer.promise as Promise<T>
    },
    onDone: (known) => void done.push(known),
    newKey: () => `key-${++keys}`,
    after(delayMs, end) {
      const pause = { delayMs, end }
      pauses.push(pause)
      return () => void pauses.splice(pauses.indexOf(pause), 1)
    },
  })
  const settle = () => new Promise((resolve) => setTimeout(resolve))
  return {
    sender,
    asked,
    pauses,
    done,
    async loseAnswer() {
      asked.at(-1)!.answer.reject(new NoAnswer('lost'))
      await settle()
    },
    async answer() {
      asked.at(-1)!.answer.resolve(change)
      await settle()
    },
    async refuse() {
      asked.at(-1)!.answer.reject(new Refusal(422, { code: 'insufficient-points', available: 10 }))
      await settle()
    },
  }
}

test('a double click is one request under one key', async () => {
  const { sender, asked, answer, done } = stage()
  sender.send(request)
  sender.send(request)
  await answer()
  sender.send(request)
  expect(asked.map(({ key }) => key)).toEqual(['key-1', 'key-2'])
  expect(done).toEqual([change])
})

test('a lost answer is asked for again under the same key, with growing pauses, until it is known', async () => {
  const { sender, asked, pauses, loseAnswer, answer } = stage()
  sender.send(request)
  const waited: number[] = []
  for (let turn = 0; turn < 6; turn++) {
    await loseAnswer()
    expect(sender.sending.state).toBe('unknown')
    const pause = pauses.pop()!
    waited.push(pause.delayMs)
    pause.end()
  }
  expect(waited).toEqual([1_000, 2_000, 4_000, 8_000, 8_000, 8_000])
  await answer()
  expect(sender.sending).toEqual({ state: 'done', request, change })
  expect(new Set(asked.map(({ key }) => key))).toEqual(new Set(['key-1']))
})

test('nothing else can be sent while an answer is outstanding', async () => {
  const { sender, asked, loseAnswer } = stage()
  sender.send(request)
  await loseAnswer()
  sender.send({ ...request, body: { ...request.body, points: 10 } })
  expect(asked).toHaveLength(1)
})

test('asking again now does not wait for the pause, nor asks twice', async () => {
  const { sender, asked, pauses, loseAnswer } = stage()
  sender.send(request)
  await loseAnswer()
  sender.askAgain()
  sender.askAgain()
  expect(asked.map(({ key }) => key)).toEqual(['key-1', 'key-1'])
  expect(pauses).toEqual([])
})

test('a refusal is an answer: the next attempt is a new intention with a new key', async () => {
  const { sender, asked, refuse } = stage()
  sender.send(request)
  await refuse()
  expect(sender.sending.state).toBe('refused')
  sender.send(request)
  expect(asked.map(({ key }) => key)).toEqual(['key-1', 'key-2'])
})

test('an answer that comes after somebody gave up on it changes nothing on the screen', async () => {
  const { sender, answer, done } = stage()
  sender.send(request)
  sender.clear()
  await answer()
  expect(sender.sending).toEqual({ state: 'idle' })
  expect(done).toEqual([])
})
