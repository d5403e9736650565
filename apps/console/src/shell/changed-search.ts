/** What an address says after changes: what is undefined, or an empty text, it does not say at all. */
export function changedSearch<Search extends object>(
  before: Search,
  changes: { readonly [K in keyof Search]?: Search[K] | '' | undefined },
): Search {
  const merged = Object.entries({ ...before, ...changes })
  return Object.fromEntries(merged.filter(([, value]) => value !== undefined && value !== '')) as Search
}
