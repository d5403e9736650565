import type { EventData } from '@loyalty-live/events'

export type Member = { readonly display_name: string; readonly vip: boolean; readonly version: number }

/** Fields that differ, as the event tells them; null when nothing does. */
export function changesBetween(
  before: Member,
  after: Omit<Member, 'version'>,
): EventData<'member_updated'>['changes'] | null {
  const changes: EventData<'member_updated'>['changes'] = {}
  if (before.display_name !== after.display_name)
    changes.displayName = { from: before.display_name, to: after.display_name }
  if (before.vip !== after.vip) changes.vip = { from: before.vip, to: after.vip }
  return Object.keys(changes).length > 0 ? changes : null
}
