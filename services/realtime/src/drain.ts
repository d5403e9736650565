import { setTimeout as sleep } from 'node:timers/promises'
import type { CloseMember } from './closing.ts'
import type { Member } from './member.ts'
import type { Rooms } from './rooms.ts'

const STEP_MS = 20

/**
 * Closes every socket, evenly spread over `windowMs`, so that its clients do not all come back somewhere else in the
 * same moment. The first is closed at once; without sockets it returns at once.
 */
export async function drainSockets(
  rooms: Rooms,
  close: CloseMember,
  windowMs: number,
  nowMs: () => number,
): Promise<void> {
  const members: Member[] = [...rooms.members()]
  const startedAtMs = nowMs()
  for (let closed = 0; closed < members.length;) {
    const elapsed = windowMs > 0 ? (nowMs() - startedAtMs) / windowMs : 1
    const due = Math.min(members.length, Math.floor(elapsed * members.length) + 1)
    for (; closed < due; closed++) close(members[closed]!, 'draining')
    if (closed < members.length) await sleep(STEP_MS)
  }
  // Those whose handshake was being checked when it began.
  for (const member of rooms.members()) close(member, 'draining')
}
