/** Fields of a record, as a form shows them. */
export type Fields = Readonly<Record<string, string | number | boolean>>

/**
 * What somebody has changed in a form: for each field what they want, and what they saw there when they began. What they did not
 * touch is not theirs: it follows the record, whoever changes it.
 */
export type Draft<F extends Fields> = { readonly [K in keyof F]?: { readonly mine: F[K]; readonly saw: F[K] } }

/** A field becomes another; as it was, it is no change any more. */
export function withField<F extends Fields, K extends keyof F>(
  draft: Draft<F>,
  now: F,
  field: K,
  mine: F[K],
): Draft<F> {
  const saw = draft[field]?.saw ?? now[field]
  return mine === saw ? without(draft, [field]) : { ...draft, [field]: { mine, saw } }
}

export function without<F extends Fields>(draft: Draft<F>, fields: readonly (keyof F)[]): Draft<F> {
  return Object.fromEntries(Object.entries(draft).filter(([field]) => !fields.includes(field))) as Draft<F>
}

/** What the form shows: the record as it is now, under what was changed here. */
export function shownIn<F extends Fields>(draft: Draft<F>, now: F): F {
  return { ...now, ...changesIn(draft) }
}

/** What is to be sent. */
export function changesIn<F extends Fields>(draft: Draft<F>): Partial<F> {
  return Object.fromEntries(
    Object.entries(draft).map(([field, change]) => [field, (change as { mine: unknown }).mine]),
  ) as Partial<F>
}

/** Fields that somebody else has meanwhile made something different of: for people to decide. */
export function conflictsOf<F extends Fields>(draft: Draft<F>, now: F): readonly (keyof F & string)[] {
  return Object.keys(draft).filter((field) => {
    const { mine, saw } = draft[field]!
    return now[field] !== saw && now[field] !== mine
  })
}

/** The same draft by somebody who has seen the record as it is now, and wants what they wanted. */
export function insisting<F extends Fields>(draft: Draft<F>, now: F): Draft<F> {
  return Object.fromEntries(
    Object.entries(draft).map(([field, change]) => [
      field,
      { mine: (change as { mine: unknown }).mine, saw: now[field] },
    ]),
  ) as Draft<F>
}
