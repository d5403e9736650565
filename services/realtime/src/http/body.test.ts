import type { IncomingMessage } from 'node:http'
import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { BodyAborted, createBodyReader } from './body.ts'

const limits = { bytesMax: 100, totalBytesMax: 150 }

/** A request whose body is being sent. */
function request(headers: Record<string, string> = {}) {
  const stream = new PassThrough()
  return { stream, request: Object.assign(stream, { headers }) as unknown as IncomingMessage }
}

const nextTurn = () => new Promise((resolve) => setImmediate(resolve))

test('gives the body as it was sent, in however many chunks', async () => {
  const read = createBodyReader(limits)
  const { stream, request: incoming } = request()
  const body = read(incoming)
  stream.write('ab')
  await nextTurn()
  stream.end('cd')
  expect((await body).toString()).toBe('abcd')
})

test('an empty body is an empty buffer', async () => {
  const { stream, request: incoming } = request()
  const body = createBodyReader(limits)(incoming)
  stream.end()
  expect(await body).toEqual(Buffer.alloc(0))
})

test('a body that says it is too large is refused before it is read', async () => {
  const { request: incoming } = request({ 'content-length': '101' })
  await expect(createBodyReader(limits)(incoming)).rejects.toMatchObject({ code: 'body-too-large' })
})

test('a body that turns out too large is refused, and no more of it is kept', async () => {
  const { stream, request: incoming } = request()
  const body = createBodyReader(limits)(incoming)
  stream.write('x'.repeat(101))
  await expect(body).rejects.toMatchObject({ code: 'body-too-large' })
  stream.write('x'.repeat(100_000))
  await nextTurn()
  expect(stream.readableLength).toBe(0)
})

test('all bodies together are bounded, and room is given back however a body ends', async () => {
  const read = createBodyReader(limits)
  const first = request()
  const firstBody = read(first.request)
  first.stream.write('x'.repeat(90))
  await nextTurn()
  const second = request()
  const secondBody = read(second.request)
  second.stream.write('x'.repeat(90))
  await expect(secondBody).rejects.toMatchObject({ code: 'overloaded' })

  first.stream.destroy()
  await expect(firstBody).rejects.toBeInstanceOf(BodyAborted)
  for (let again = 0; again < 5; again++) {
    const next = request()
    const body = read(next.request)
    next.stream.end('x'.repeat(100))
    expect(await body).toHaveLength(100)
  }
})
