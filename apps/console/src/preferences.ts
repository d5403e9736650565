/** What a person chose on this machine: looks only, never anything of a customer. */
type Preference = 'console.language' | 'console.tenant' | 'console.camera'

/** Storage can be switched off, or full: then a choice lasts as long as the page. */
export function readPreference(name: Preference): string | null {
  try {
    return localStorage.getItem(name)
  } catch {
    return null
  }
}

export function keepPreference(name: Preference, value: string): void {
  try {
    localStorage.setItem(name, value)
  } catch {
    // Kept for this page only: see above.
  }
}
