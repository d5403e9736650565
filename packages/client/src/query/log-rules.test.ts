import type { StreamEvent } from '@loyalty-live/events'
import { activityOf, type Activity } from '@loyalty-live/events/activity'
import { expect, test } from 'vitest'
import { eventAt } from '../../test/events.ts'
import type { ActivityParams } from './keys.ts'
import { logPatches } from './log-rules.ts'
import type { Page } from './snapshots.ts'

const event = (seq: number, changes: object = {}) => ({ ...eventAt(1, seq), ...changes }) as StreamEvent
const line = (seq: number) => activityOf(event(seq))!
const page = (seqs: readonly number[], cursor = '1:10') => ({
  items: seqs.map(line),
  nextCursor: null,
  cursor,
})
/** Applies events to the pages of a log, as an infinite query keeps them. */
function patchLog(pages: readonly Page<Activity>[], events: readonly StreamEvent[], filter: ActivityParams = {}) {
  const before = { pages, pageParams: [] }
  const { data, stale } = logPatches.activity!(filter)(before, events)
  return { pages: (data as typeof before).pages, stale }
}
const seqs = (items: readonly Activity[]) => items.map(({ cursor }) => Number(cursor.split(':')[1]))

test('C3 what happens comes on top, the newest first; pages further down stay the same objects', () => {
  const older = page([2, 1])
  const { pages, stale } = patchLog([page([10, 9]), older], [event(11), event(12)])
  expect(seqs(pages[0]!.items)).toEqual([12, 11, 10, 9])
  expect(pages[0]!.items[0]).toEqual(line(12))
  expect([pages[1], stale]).toEqual([older, false])
  expect(pages[1]).toBe(older)
})

test('what the page reflects already, or holds already, is not put there again', () => {
  const { pages } = patchLog([page([10])], [event(9), event(10), event(11)])
  const again = patchLog(pages, [event(11)])
  expect(seqs(again.pages[0]!.items)).toEqual([11, 10])
})

test('a notification has no line, and nothing changes', () => {
  const before = [page([10])]
  expect(patchLog(before, [event(11, { type: 'notification_created' })]).pages).toBe(before)
})

test('a list with a filter takes only what passes it', () => {
  const happened = event(11, { timestamp: '2026-11-21T12:00:00.000Z' })
  const { actor, customer } = activityOf(happened)!
  const shown = (filter: ActivityParams) => seqs(patchLog([page([])], [happened], filter).pages[0]!.items)
  const passing: ActivityParams = {
    type: happened.type,
    actorId: actor.id,
    customerId: customer!.id,
    from: '2026-11-21T12:00:00Z',
    to: '2026-11-21T12:00:00.001Z',
  }
  expect(shown(passing)).toEqual([11])
  const failing: ActivityParams = {
    type: 'member_updated',
    actorId: 'somebody',
    customerId: 'nobody',
    from: '2026-11-21T12:00:00.001Z',
    to: '2026-11-21T12:00:00Z',
  }
  for (const [name, value] of Object.entries(failing)) expect(shown({ ...passing, [name]: value }), name).toEqual([])
})
