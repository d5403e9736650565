import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createFanout, type Fanout } from './fanout.ts'
import { eventFrame, messageFrame, type Frame } from './frame.ts'
import type { Member } from './member.ts'
import { createMetrics } from './metrics.ts'
import { createRooms, customerRoom, tenantRoom, type RoomPlace, type Rooms } from './rooms.ts'

const SOCKET_BYTES_MAX = 16_000

let now: number
let rooms: Rooms
let fanout: Fanout

beforeEach(() => {
  now = 0
  rooms = createRooms()
  fanout = createFanout(SOCKET_BYTES_MAX, createMetrics(), () => now)
})

/** A member of a room over a stand-in for its Engine.IO connection, whose reader is as slow as the test says. */
function join(place: RoomPlace = tenantRoom('demo'), writeMs = 0) {
  const written: Buffer[] = []
  function put(bytes: Buffer): void {
    now += writeMs
    written.push(bytes)
  }
  const stream = {
    writableLength: 0,
    writableCorked: 0,
    write: put,
    _write(bytes: Buffer, _encoding: string, done: () => void) {
      put(bytes)
      done()
    },
    cork() {},
    uncork() {},
  }
  const connection = {
    readyState: 'open',
    writeBuffer: [],
    transport: { name: 'websocket', socket: { readyState: 1, _socket: stream } },
    close: () => (connection.readyState = 'closed'),
  }
  const room = rooms.open(place)
  const member = { room, connection, backlog: null, closing: false } as unknown as Member
  room.members.add(member)
  return { member, room, connection, stream, written, seqs: () => seqsIn(written) }
}

const event = (seq: number, key: string | null = null, padding = 0) =>
  eventFrame('x', Buffer.from(`{"seq":${seq},"pad":"${'x'.repeat(padding)}"}`), { epoch: 1, seq, key })

/** The `seq` of each event, the name of everything else. */
function seqsIn(written: readonly Buffer[]): (number | string)[] {
  const packets =
    Buffer.concat(written)
      .toString('latin1')
      .match(/42\["(?:x",\{"seq":\d+|\w+)/g) ?? []
  return packets.map((packet) => (packet.includes('seq') ? Number(packet.split(':')[1]) : packet.slice(4)))
}

const turn = () => new Promise((resolve) => setImmediate(resolve))

describe('one turn of the event loop', () => {
  test('is one write for each member, of the same bytes', async () => {
    const [a, b] = [join(), join()]
    for (const seq of [1, 2, 3]) fanout.emit(a.room, event(seq))
    expect(a.written).toEqual([])
    await turn()
    expect(a.seqs()).toEqual([1, 2, 3])
    expect(a.written).toHaveLength(1)
    expect(b.written[0]).toBe(a.written[0])
  })

  test('is cut when it has more than an eighth of what a socket may have unsent', async () => {
    const { room, written } = join()
    for (const seq of [1, 2, 3]) fanout.emit(room, event(seq, null, 1500))
    expect(written).toHaveLength(1)
    await turn()
    expect(written).toHaveLength(2)
  })

  test('what is sent to one member comes behind what its room has pending', () => {
    const { member, room, seqs } = join()
    fanout.emit(room, event(1))
    fanout.send(member, [messageFrame('closing', {})])
    expect(seqs()).toEqual([1, 'closing'])
  })

  test('nobody there: nothing happens', () => {
    expect(() => fanout.emit(undefined, event(1))).not.toThrow()
  })
})

describe('a room that was written to', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
  afterEach(() => void vi.useRealTimers())

  /** A member to whom each write takes that long. */
  const joinTaking = (writeMs: number) => join(tenantRoom('demo'), writeMs)

  function pass(ms: number): void {
    now += ms
    vi.advanceTimersByTime(ms)
  }

  test('rests four times as long as that took; what comes meanwhile is one write', async () => {
    const { room, seqs, written } = joinTaking(1)
    fanout.emit(room, event(1))
    await turn()
    pass(1)
    for (const seq of [2, 3]) fanout.emit(room, event(seq))
    await turn()
    pass(2)
    fanout.emit(room, event(4))
    await turn()
    expect(seqs()).toEqual([1])
    pass(1)
    expect(seqs()).toEqual([1, 2, 3, 4])
    expect(written).toHaveLength(2)
  })

  test('rests for 5 ms at most', async () => {
    const { room, seqs } = joinTaking(50)
    fanout.emit(room, event(1))
    await turn()
    fanout.emit(room, event(2))
    pass(4)
    expect(seqs()).toEqual([1])
    pass(1)
    expect(seqs()).toEqual([1, 2])
  })

  test('has no time to wait for once it has rested: a lone event goes out in its turn', async () => {
    const { room, seqs } = joinTaking(1)
    for (const seq of [1, 2, 3]) {
      fanout.emit(room, event(seq))
      await turn()
      expect(seqs().at(-1)).toBe(seq)
      now += 4
    }
    expect(vi.getTimerCount()).toBe(0)
  })

  test('does not rest for less than a timer can wait: a small room gets each event in its turn', async () => {
    const { room, seqs } = joinTaking(0.2)
    for (const seq of [1, 2, 3]) {
      fanout.emit(room, event(seq))
      await turn()
      expect(seqs().at(-1)).toBe(seq)
    }
    expect(vi.getTimerCount()).toBe(0)
  })

  test('does not keep other rooms waiting', async () => {
    const [busy, other] = [joinTaking(1), join(tenantRoom('rival'))]
    fanout.emit(busy.room, event(1))
    await turn()
    fanout.emit(busy.room, event(2))
    fanout.emit(other.room, event(3))
    await turn()
    expect(other.seqs()).toEqual([3])
  })

  test('is written to at once, and in order, when one member gets a message of its own', async () => {
    const { member, room, seqs } = joinTaking(1)
    fanout.emit(room, event(1))
    await turn()
    fanout.emit(room, event(2))
    fanout.send(member, [messageFrame('closing', {})])
    expect(seqs()).toEqual([1, 2, 'closing'])
    expect(vi.getTimerCount()).toBe(0)
  })

  test('is written to at once when more is pending than a member may get at once', async () => {
    const { room, written } = joinTaking(1)
    fanout.emit(room, event(1))
    await turn()
    for (const seq of [2, 3]) fanout.emit(room, event(seq, null, 1500))
    expect(written).toHaveLength(2)
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('a slow member', () => {
  async function emit(room: Parameters<Fanout['emit']>[0], ...frames: Frame[]): Promise<void> {
    for (const frame of frames) fanout.emit(room, frame)
    await turn()
  }

  test('gets nothing more, then its backlog, then what comes', async () => {
    const { room, stream, seqs } = join()
    await emit(room, event(1))
    stream.writableLength = 4001
    await emit(room, event(2, 'a'), event(3, 'b'))
    await emit(room, event(4, 'a'), messageFrame('head', {}))
    expect(seqs()).toEqual([1])
    expect(fanout.slowSockets()).toBe(1)
    stream.writableLength = 1001
    fanout.tick()
    expect(seqs()).toEqual([1])
    stream.writableLength = 1000
    fanout.tick()
    expect(seqs()).toEqual([1, 'conflated', 3, 4])
    await emit(room, event(5))
    expect(seqs()).toEqual([1, 'conflated', 3, 4, 5])
    expect(fanout.slowSockets()).toBe(0)
  })

  test('gets what was pending in the very turn of its return behind its backlog', async () => {
    const { room, stream, seqs } = join()
    stream.writableLength = 4001
    await emit(room, event(1))
    stream.writableLength = 0
    fanout.emit(room, event(2))
    fanout.tick()
    await turn()
    expect(seqs()).toEqual(['conflated', 1, 2])
  })

  test('does not slow the others down', async () => {
    const [slow, other] = [join(), join()]
    slow.stream.writableLength = 4001
    await emit(slow.room, event(1))
    expect(other.seqs()).toEqual([1])
  })

  test('is ended when unsent and backlog together pass the limit', async () => {
    const { member, room, stream, connection } = join()
    stream.writableLength = 15_000
    await emit(room, event(1, 'a', 800))
    expect(connection.readyState).toBe('open')
    await emit(room, event(2, 'a', 800))
    expect(connection.readyState).toBe('open')
    await emit(room, event(3, 'b', 800))
    expect(connection.readyState).toBe('closed')
    expect(member).toMatchObject({ closing: true, backlog: null })
    expect(fanout.slowSockets()).toBe(0)
    await emit(room, event(4))
  })

  test('is ended after 30 s', async () => {
    const { room, stream, connection } = join()
    stream.writableLength = 4001
    await emit(room, event(1))
    now = 30_000
    fanout.tick()
    expect(connection.readyState).toBe('open')
    now = 30_001
    fanout.tick()
    expect(connection.readyState).toBe('closed')
  })

  test('that is a customer is ended at once', async () => {
    const { room, stream, connection, written } = join(customerRoom('c-1'))
    stream.writableLength = 4001
    await emit(room, event(1))
    expect(connection.readyState).toBe('closed')
    expect(written).toEqual([])
  })

  test('that is gone is forgotten', async () => {
    const { member, room, stream } = join()
    stream.writableLength = 4001
    await emit(room, event(1))
    fanout.drop(member)
    expect(fanout.slowSockets()).toBe(0)
  })

  test('that is being closed gets no backlog any more', async () => {
    const { member, room, stream, written } = join()
    stream.writableLength = 4001
    await emit(room, event(1))
    member.closing = true
    stream.writableLength = 0
    fanout.tick()
    expect(written).toEqual([])
    expect(fanout.slowSockets()).toBe(0)
  })
})
