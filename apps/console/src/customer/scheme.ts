/** Light, dark, or as the device has it. The same key is read in customer.html, before the first paint. */
export type Scheme = 'light' | 'dark' | 'auto'

const KEY = 'console.color-scheme'

export function readScheme(): Scheme {
  try {
    const kept = localStorage.getItem(KEY)
    return kept === 'light' || kept === 'dark' ? kept : 'auto'
  } catch {
    return 'auto' // storage can be switched off
  }
}

export function chooseScheme(scheme: Scheme): void {
  try {
    localStorage.setItem(KEY, scheme)
  } catch {
    // Kept for this page only.
  }
  show(scheme)
}

/** Follows the device while nobody has chosen. */
export function followScheme(): void {
  darkness().addEventListener('change', () => show(readScheme()))
}

function show(scheme: Scheme): void {
  const isDark = scheme === 'dark' || (scheme === 'auto' && darkness().matches)
  document.documentElement.dataset['scheme'] = isDark ? 'dark' : 'light'
}

const darkness = () => matchMedia('(prefers-color-scheme: dark)')
