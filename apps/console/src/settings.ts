/** What the server tells the page; see services/api/src/http/console.ts. */
export type ConsoleSettings = { readonly realtimeUrl: string }

/** Reads the settings that came with the page. */
export function readConsoleSettings(page: Document): ConsoleSettings {
  return JSON.parse(page.getElementById('console-settings')?.textContent ?? '') as ConsoleSettings
}
