import type { Frame } from './frame.ts'
import type { Member } from './member.ts'

/** Who is in a room, and what is about to be written to them. It exists while it has members. */
export type Room = {
  readonly name: string
  readonly kind: 'tenant' | 'customer' | 'probe'
  /** Whose stream it hears; null for a customer, who hears of several tenants, and for the probe. */
  readonly tenant: string | null
  readonly members: Set<Member>
  /** Counts rooms as they open: spreads periodic work over time. */
  readonly ordinal: number
  pending: Frame[]
  pendingBytes: number
  /** After a write, what comes is pending until then (fanout.ts). */
  restsUntilMs: number
  /** Ends the rest; null while nothing is pending in it. */
  timer: NodeJS.Timeout | null
}

export type RoomPlace = Pick<Room, 'name' | 'kind' | 'tenant'>

export type Rooms = {
  readonly find: (name: string) => Room | undefined
  /** The room of that place, opened when it is not. Whoever opens it adds a member in the same turn. */
  readonly open: (place: RoomPlace) => Room
  readonly leave: (member: Member) => void
  /** Rooms of people, the probe's left out. */
  readonly all: () => Iterable<Room>
  /** Members of people's rooms, in no order that means anything. */
  readonly members: () => Iterable<Member>
}

export const tenantRoom = (tenant: string): RoomPlace => ({ name: `tenant:${tenant}`, kind: 'tenant', tenant })

/** UUIDs are written in either case; a room has one name. */
export const customerRoom = (customerId: string): RoomPlace => ({
  name: `customer:${customerId.toLowerCase()}`,
  kind: 'customer',
  tenant: null,
})

export const PROBE_ROOM: RoomPlace = { name: 'probe', kind: 'probe', tenant: null }

export function createRooms(): Rooms {
  const rooms = new Map<string, Room>()
  let opened = 0

  return { find: (name) => rooms.get(name), open, leave, all, members }

  function open(place: RoomPlace): Room {
    let room = rooms.get(place.name)
    if (!room) {
      room = {
        ...place,
        members: new Set(),
        ordinal: opened++,
        pending: [],
        pendingBytes: 0,
        restsUntilMs: 0,
        timer: null,
      }
      rooms.set(place.name, room)
    }
    return room
  }

  function leave(member: Member): void {
    const { room } = member
    room.members.delete(member)
    if (room.members.size === 0) rooms.delete(room.name)
  }

  function* all(): Iterable<Room> {
    for (const room of rooms.values()) if (room.kind !== 'probe') yield room
  }

  function* members(): Iterable<Member> {
    for (const room of all()) yield* room.members
  }
}
