import { describe, expect, test } from 'vitest'
import { eventAt } from '../test/events.ts'
import type { ReadPage } from './pages.ts'
import type { StreamStep } from './stream.ts'
import { createTenantStream } from './tenant-stream.ts'

const at = (seq: number) => ({ epoch: 1, seq })

describe('stream of a tenant', () => {
  test('an answer that comes in when the catch-up has been stopped moves nothing', async () => {
    const abort = new AbortController()
    const readPage: ReadPage = async () => {
      abort.abort()
      return { events: [eventAt(1, 8)], cursor: at(8), head: at(8), reset: false }
    }
    const stream = createTenantStream(readPage, at(7))
    const steps: StreamStep[] = []
    await expect(stream.catchUp(abort.signal, (step) => steps.push(step))).rejects.toMatchObject({ code: 'stopped' })
    expect(steps).toEqual([])
    expect(stream.cursor).toEqual(at(7))
  })

  test('a socket that tells of more than the API has does not make a loop: that is for the back-off', async () => {
    let asked = 0
    const readPage: ReadPage = async () => {
      asked++
      return { events: [], cursor: at(7), head: at(7), reset: false }
    }
    const stream = createTenantStream(readPage, at(7))
    stream.take({ kind: 'head', head: at(9), sockets: 1 })
    expect(await stream.catchUp(new AbortController().signal, () => {})).toBe(false)
    expect(asked).toBe(1)
  })
})
