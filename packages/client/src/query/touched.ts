import type { EventType } from '@loyalty-live/events'
import { customerResources, engagementResources, type Resource } from './keys.ts'

/**
 * What an event of each type touches: the one place where that is said, and the compiler asks for every type. What has a
 * patch (`patches.ts`) is changed in place; the rest is read again.
 */
export const touched: { readonly [T in EventType]: readonly Resource[] } = {
  loyalty_updated: [...customerResources, 'dashboard', 'activity'],
  member_updated: [...customerResources, ...engagementResources, 'activity'],
  program_updated: ['programs', 'lookup', ...engagementResources, 'activity'],
  enrolment_updated: ['enrolments', 'lookup', 'dashboard', 'activity'],
  adjustment_updated: ['adjustments', 'activity'],
  booking_updated: ['bookings', 'vipCandidates', 'dashboard', 'activity'],
  payment_recorded: ['payments', 'bookings', 'dashboard', 'activity'],
  notification_created: ['notifications'],
  qr_scanned: ['scans', 'activity'],
}
