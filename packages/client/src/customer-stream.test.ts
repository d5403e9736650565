import { describe, expect, test } from 'vitest'
import { setUp } from '../test/client-setup.ts'
import { eventAt } from '../test/events.ts'
import { settlePromises } from '../test/virtual-clock.ts'
import { createCustomerStream } from './customer-stream.ts'

describe('client of a customer', () => {
  function setUpCustomer() {
    const snapshots: (() => void)[] = []
    let failing = false
    const it = setUp({
      cursor: undefined,
      takeSnapshots: () =>
        failing ? Promise.reject(new Error('no')) : new Promise<void>((done) => snapshots.push(done)),
    })
    return Object.assign(it, {
      snapshots,
      fail(now: boolean) {
        failing = now
      },
    })
  }

  test('is live once its snapshots are taken, and gets the events of all its tenants', async () => {
    const it = setUpCustomer()
    it.client.start()
    await it.clock.advance(100)
    it.socket().ready(null, false)
    await settlePromises()
    expect(it.client.status.state).toBe('connecting')
    it.snapshots[0]!()
    await settlePromises()
    expect(it.client.status.state).toBe('live')
    it.socket().message('loyalty_updated', eventAt(1, 40))
    it.socket().message('loyalty_updated', eventAt(7, 3, { tenant: 'rival' }))
    it.socket().message('loyalty_updated', eventAt(1, 44))
    it.socket().message('loyalty_updated', eventAt(1, 40))
    it.socket().message('loyalty_updated', eventAt(0, 90))
    expect(it.seen).toEqual(['1:40', '7:3', '1:44'])
    expect(it.client.status.state).toBe('live')
    expect(it.client.cursor).toBeNull()
    expect(it.client.stats).toMatchObject({ received: 5, delivered: 3, duplicates: 2 })
    await it.clock.advance(5_000)
    it.socket().message('head', { head: null })
    expect(it.client.status.lastConfirmedAt).toEqual(new Date(it.clock.now()))
    expect(it.server.requests).toEqual([])
  })

  test('polls by taking snapshots, and is offline when that fails', async () => {
    const it = setUpCustomer()
    it.client.start()
    await it.clock.advance(2_000)
    it.snapshots[0]!()
    await settlePromises()
    expect(it.client.status.state).toBe('polling')
    it.fail(true)
    await it.clock.advance(15_000)
    expect(it.client.status).toMatchObject({ state: 'offline', reason: 'snapshots-failed' })
    expect(it.snapshots).toHaveLength(1)
  })

  async function setUpLiveCustomer() {
    const it = setUpCustomer()
    it.client.start()
    await it.clock.advance(100)
    it.socket().ready(null, false)
    await settlePromises()
    it.snapshots[0]!()
    await settlePromises()
    return it
  }

  test('takes its snapshots again each minute while it is live: what the socket does not tell is seen all the same', async () => {
    const it = await setUpLiveCustomer()
    for (let second = 0; second < 59; second++) {
      await it.clock.advance(1_000)
      it.socket().message('head', { head: null })
    }
    expect(it.snapshots).toHaveLength(1)
    await it.clock.advance(2_000)
    expect(it.snapshots).toHaveLength(2)
    it.snapshots[1]!()
    await settlePromises()
    expect(it.client.status.state).toBe('live')
    expect(it.states).toEqual(['live'])
    for (let second = 0; second < 61; second++) {
      await it.clock.advance(1_000)
      it.socket().message('head', { head: null })
    }
    expect(it.snapshots).toHaveLength(3)
  })

  test.each([
    ['something was left out', 'conflated', { from: '1:4', to: '1:4' }],
    ['a tenant was restored', 'loyalty_updated', eventAt(2, 1)],
  ])('takes them again at once when the server says that %s', async (_what, name, payload) => {
    const it = await setUpLiveCustomer()
    it.socket().message('loyalty_updated', eventAt(1, 40))
    expect(it.snapshots).toHaveLength(1)
    it.socket().message(name, payload)
    await settlePromises()
    expect(it.snapshots).toHaveLength(2)
    expect(it.client.status.state).toBe('connecting')
    it.snapshots[1]!()
    await settlePromises()
    expect(it.client.status.state).toBe('live')
  })

  test('an event while they are first taken: whoever asks for them anew gets them right after', async () => {
    const it = setUpCustomer()
    it.client.start()
    await it.clock.advance(100)
    it.socket().ready(null, false)
    await settlePromises()
    const asked = it.client.catchUp()
    it.snapshots[0]!()
    await settlePromises()
    expect(it.client.status.state).toBe('live')
    expect(it.snapshots).toHaveLength(2)
    it.snapshots[1]!()
    await asked
  })

  test('takes them again after every connection', async () => {
    const it = setUpCustomer()
    it.client.start()
    await it.clock.advance(100)
    it.socket().ready(null, false)
    await settlePromises()
    it.snapshots[0]!()
    await settlePromises()
    it.socket().ended({ kind: 'lost', detail: 'transport close' })
    await settlePromises()
    it.snapshots[1]!()
    await it.clock.advance(1_000)
    it.socket().ready(null, false)
    await settlePromises()
    expect(it.snapshots).toHaveLength(3)
    expect(it.client.status.state).toBe('polling')
    it.snapshots[2]!()
    await settlePromises()
    expect(it.client.status.state).toBe('live')
  })
})

describe('stream of a customer', () => {
  test('remembers the last event of a thousand tenants, and forgets the quietest first', () => {
    const stream = createCustomerStream(() => Promise.resolve())
    const take = (tenant: string) => stream.take({ kind: 'event', event: eventAt(1, 5, { tenant }) }).deliver.length
    for (let i = 0; i < 1_000; i++) expect(take(`tenant-${i}`)).toBe(1)
    expect(take('tenant-0')).toBe(0)
    expect(take('one-more')).toBe(1)
    expect(take('tenant-0')).toBe(1)
    expect(take('tenant-2')).toBe(0)
  })
})
