import { expect, test } from 'vitest'
import type { CustomerSession } from '../session.ts'
import type { Notification } from '../shapes.ts'
import { createCustomerStore } from './customer-store.ts'

/** An API that holds so many notifications, the newest first; ids rise with time. */
function stage(count: number) {
  const ids = Array.from({ length: count }, (_, index) => String(1_000 + index))
  const asked: string[] = []
  const ask = (async (path: string) => {
    asked.push(path)
    if (path === '/api/me/cards') return { items: [], cursors: {} }
    const params = new URL(path, 'http://api').searchParams
    const before = params.get('pageAfter') ?? '9'
    const rest = ids.filter((id) => id < before).toReversed()
    const items = rest.slice(0, Number(params.get('limit'))).map((id) => ({ id }))
    return { items, nextCursor: rest.length > items.length ? items.at(-1)!.id : null, unread: ids.length }
  }) as CustomerSession['ask']
  const store = createCustomerStore(ask)
  const arrived: string[] = []
  store.onArrival(({ id }: Notification) => arrived.push(id))
  return {
    store,
    asked,
    arrived,
    add: (id: string) => void ids.push(id),
    shown: () => store.notifications.state.value.page!,
  }
}

test('what is there at first is no news; what a later read finds to be new is, once, the oldest first', async () => {
  const { store, arrived, add } = stage(3)
  await store.takeSnapshots()
  expect(arrived).toEqual([])
  add('2000')
  add('2001')
  await store.takeSnapshots()
  await store.takeSnapshots()
  expect(arrived).toEqual(['2000', '2001'])
})

test('as much is read again as is shown, and older pages are no news', async () => {
  const { store, asked, arrived, add, shown } = stage(100)
  await store.takeSnapshots()
  await store.notifications.readMore()
  await store.notifications.readMore()
  expect(shown().items).toHaveLength(90)
  add('2000')
  await store.takeSnapshots()
  expect(asked.at(-1)).toBe('/api/me/notifications?limit=90')
  expect(
    shown()
      .items.map(({ id }) => id)
      .slice(0, 2),
  ).toEqual(['2000', '1099'])
  expect(new Set(shown().items.map(({ id }) => id)).size).toBe(90)
  expect(arrived).toEqual(['2000'])
})

test('a page that is read while everything is read again neither doubles rows nor loses any', async () => {
  const { store, add, shown } = stage(100)
  await store.takeSnapshots()
  add('2000')
  await Promise.all([store.notifications.readMore(), store.takeSnapshots(), store.notifications.readMore()])
  const ids = shown().items.map(({ id }) => Number(id))
  expect(ids).toEqual([2000, ...Array.from({ length: 89 }, (_, index) => 1_099 - index)])
})
