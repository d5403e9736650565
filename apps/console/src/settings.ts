/** What the server tells the page; see services/api/src/http/console.ts. */
export type ConsoleSettings = { readonly realtimeUrl: string }

/** Reads the settings that came with the page. */
export function readConsoleSettings(page: Document): ConsoleSettings {
  return JSON.parse(page.getElementById('console-settings')?.textContent ?? '') as ConsoleSettings
}

/** Which build the page is of; null in development, where there is none. */
export function readConsoleVersion(page: Document): string | null {
  return page.querySelector<HTMLMetaElement>('meta[name=console-version]')?.content ?? null
}
