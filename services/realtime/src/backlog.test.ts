import { expect, test } from 'vitest'
import { addToBacklog, backlogFrames, createBacklog, type Backlog } from './backlog.ts'
import { eventFrame, packetText } from './frame.ts'

const frame = (seq: number, key: string | null, epoch = 1) =>
  eventFrame('x', Buffer.from(`{"seq":${seq}}`), { epoch, seq, key })

function add(backlog: Backlog, ...frames: ReturnType<typeof frame>[]): boolean[] {
  return frames.map((each) => addToBacklog(backlog, each, each.event!))
}

const texts = (backlog: Backlog) => backlogFrames(backlog).map(packetText)

test('of events with the same key only the newest is kept, in stream order', () => {
  const backlog = createBacklog(0)
  expect(add(backlog, frame(1, 'card a'), frame(2, 'card b'), frame(3, 'card a'))).toEqual([false, false, true])
  expect(texts(backlog)).toEqual(['2["conflated",{"from":"1:1","to":"1:3"}]', '2["x",{"seq":2}]', '2["x",{"seq":3}]'])
})

test('events without a key are never left out', () => {
  const backlog = createBacklog(0)
  expect(add(backlog, frame(1, null), frame(2, null))).toEqual([false, false])
  expect(texts(backlog)).toHaveLength(3)
})

test('its size is that of what it keeps', () => {
  const backlog = createBacklog(0)
  for (let seq = 1; seq <= 9; seq++) add(backlog, frame(seq, 'card a'))
  expect(backlog.bytes).toBe(frame(9, 'card a').bytes.length)
})

test('a new epoch replaces all that was kept of the old one', () => {
  const backlog = createBacklog(0)
  add(backlog, frame(7, 'card a'), frame(8, null), frame(1, 'card b', 2))
  expect(texts(backlog)).toEqual(['2["conflated",{"from":"2:1","to":"2:1"}]', '2["x",{"seq":1}]'])
  expect(backlog.bytes).toBe(frame(1, null).bytes.length)
})

test('nothing came while it was slow: nothing is said', () => {
  expect(backlogFrames(createBacklog(0))).toEqual([])
})
