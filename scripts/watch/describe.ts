import type { StreamEvent } from '@loyalty-live/events'

/** An event in a few words, for people: who, what, how it stands now, by whom. */
export function describeEvent(event: StreamEvent): string {
  const by = ` by ${event.actor.name ?? event.actor.type}`
  switch (event.type) {
    case 'loyalty_updated': {
      const { customerName, pointsChange, newBalance, transactionType, orderId } = event.data
      const order = orderId === null ? '' : ` for order ${orderId}`
      return `${customerName} ${signed(pointsChange)} → ${newBalance} (${transactionType}${order})${by}`
    }
    case 'member_updated': {
      const { customerName, changes, vip } = event.data
      const name = changes.displayName ? ` renamed from ${changes.displayName.from}` : ''
      const list = changes.vip ? ` ${vip ? 'added to' : 'removed from'} the VIP list` : ''
      return `${customerName}${name || list ? `${name}${list}` : ' is a customer'}${by}`
    }
    case 'enrolment_updated': {
      const { customerName, programName, status, previousStatus } = event.data
      return `${customerName} in ${programName}: ${previousStatus ?? 'new'} → ${status}${by}`
    }
    case 'booking_updated': {
      const { customerName, status, paymentStatus, startsAt } = event.data
      return `booking of ${customerName ?? 'somebody'} for ${startsAt}: ${status}, ${paymentStatus}${by}`
    }
    case 'program_updated':
      return `programme ${event.data.name} is ${event.data.active ? 'active' : 'switched off'}${by}`
    case 'qr_scanned':
      return `${event.data.customerName} showed a QR code (${event.data.outcome})${by}`
    case 'adjustment_updated': {
      const { customerName, points, reason, status } = event.data
      return `${customerName} ${signed(points)} by hand (${reason}): ${status}${by}`
    }
    case 'notification_created':
      return `notification ${event.data.kind} for customer ${event.data.customerId}${by}`
    case 'payment_recorded': {
      const { customerName, amountMinor, currency, provider, status } = event.data
      return `${provider} payment of ${amountMinor} ${currency} minor units, ${customerName ?? 'nobody known'}: ${status}${by}`
    }
    default:
      return event satisfies never
  }
}

const signed = (points: number) => (points < 0 ? `−${-points}` : `+${points}`)
