import { useSyncExternalStore } from 'react'
import { Flash } from '../parts/flash.tsx'
import { useRecentChanges } from './live-session.tsx'

/** Marks what it is in for a moment when that record has changed. What holds it is as `Flash` says. */
export function ChangeMark({ of }: { of: string }) {
  const changes = useRecentChanges()
  const mark = useSyncExternalStore(changes.subscribe, () => changes.of(of))
  return mark && <Flash key={mark.number} />
}
