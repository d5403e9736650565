/** Colours that cards come in; see loyalty-card.module.css. */
const HUES = 6

/** Every card of a business has one colour, everywhere and always. */
export function hueOf(tenant: string): number {
  let hash = 7
  for (const character of tenant) hash = (hash * 31 + character.codePointAt(0)!) % 9973
  return hash % HUES
}

/** Two letters at most, such as HK of "Harbour Kitchen". */
export function initialsOf(name: string): string {
  const words = name.split(/\s+/).filter(Boolean)
  const letters = [words[0], ...words.slice(1).slice(-1)].map((word) =>
    String.fromCodePoint(word?.codePointAt(0) ?? 32),
  )
  return letters.join('').toUpperCase()
}
