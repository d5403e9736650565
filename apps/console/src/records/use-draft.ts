import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { Refusal } from '../api/http.ts'
import { useAfterWrite } from '../live/use-after-write.ts'
import { changesIn, conflictsOf, insisting, shownIn, withField, without, type Draft, type Fields } from './draft.ts'

export type DraftOptions<R extends { readonly version: number }, F extends Fields> = {
  /** The record as it was read last; another one whenever it changes elsewhere. */
  readonly record: R
  readonly fieldsOf: (record: R) => F
  /** Sends these fields for whoever has seen that version. */
  readonly send: (changes: Partial<F>, version: number) => Promise<unknown>
  readonly onSaved: () => void
}

export type DraftForm<F extends Fields> = {
  readonly values: F
  readonly isChanged: boolean
  readonly isSaving: boolean
  /** Why it was not saved; null while there is no such reason. That somebody else was first is none: those are `conflicts`. */
  readonly error: Error | null
  /** Fields that somebody else has changed as well, and what they have made of them. */
  readonly conflicts: readonly { readonly field: keyof F & string; readonly theirs: F[keyof F] }[]
  /** Whether the server has refused to overwrite them; else it was noticed before anything was sent. */
  readonly isRefused: boolean
  set<K extends keyof F>(field: K, value: F[K]): void
  save(): void
  takeTheirs(): void
  keepMine(): void
}

/**
 * A form over a record that several people may have open (C1, C2). It never overwrites what its author has not seen: changes of
 * others show as they come, and one of the same field is for the author to decide.
 */
export function useDraft<R extends { readonly version: number }, F extends Fields>(
  options: DraftOptions<R, F>,
): DraftForm<F> {
  const { record, fieldsOf, send, onSaved } = options
  const afterWrite = useAfterWrite()
  const [draft, setDraft] = useState<Draft<F>>({})
  /** What the server had when it refused ours; the stream may bring it later than the answer did. */
  const [refusedBy, setRefusedBy] = useState<R | null>(null)
  const latest = refusedBy && refusedBy.version > record.version ? refusedBy : record
  const now = fieldsOf(latest)
  const conflicts = conflictsOf(draft, now)

  const { mutate, isPending, error } = useMutation({
    mutationFn: ({ draft: sent, version }: { draft: Draft<F>; version: number }) => send(changesIn(sent), version),
    onSuccess: async () => {
      await afterWrite()
      setDraft({})
      setRefusedBy(null)
      onSaved()
    },
    onError: (refusal, { draft: sent }) => {
      const current = currentOf(refusal) as R | null
      if (!current) return
      setRefusedBy(current)
      // Another field of theirs is nothing to quarrel about: it is on the screen now, and ours goes on.
      if (conflictsOf(sent, fieldsOf(current)).length === 0) mutate({ draft: sent, version: current.version })
    },
  })

  return {
    values: shownIn(draft, now),
    isChanged: Object.keys(draft).length > 0,
    isSaving: isPending,
    error: currentOf(error) ? null : error,
    conflicts: conflicts.map((field) => ({ field, theirs: now[field] as F[keyof F] })),
    isRefused: refusedBy !== null && latest.version === refusedBy.version,
    set: (field, value) => setDraft((before) => withField(before, now, field, value)),
    save: () => mutate({ draft, version: latest.version }),
    takeTheirs: () => setDraft((before) => without(before, conflicts)),
    keepMine() {
      const insisted = insisting(draft, now)
      setDraft(insisted)
      mutate({ draft: insisted, version: latest.version })
    },
  }
}

/** The record that somebody else was first to change, where that is why it was refused. */
function currentOf(error: unknown): unknown {
  if (!(error instanceof Refusal) || error.code !== 'version-mismatch') return null
  return error.problem['current']
}
