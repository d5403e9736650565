import type { ConnectErrorCode } from '@loyalty-live/events'
import type { Fanout } from './fanout.ts'
import { messageFrame } from './frame.ts'
import type { Member } from './member.ts'
import type { Metrics } from './metrics.ts'

export type CloseMember = (member: Member, code: ConnectErrorCode) => void

/**
 * Makes the one way in which this server ends a connection in good order: `closing {code}`, then the end.
 *
 * A socket that may come back loses its engine connection only, since socket.io-client does not reconnect by itself
 * after a disconnect packet; a revoked one gets that packet, since it must not come back.
 */
export function createCloser(fanout: Fanout, metrics: Metrics): CloseMember {
  return (member, code) => {
    if (member.closing) return
    fanout.send(member, [messageFrame('closing', { code })])
    member.closing = true
    metrics.closes.inc({ code })
    if (code === 'token-revoked') member.socket.disconnect(true)
    else member.connection.close()
  }
}
