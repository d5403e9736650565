const isApple = /Mac|iPhone|iPad/.test(navigator.platform)

/** What opens the palette, as it is written on this machine's keys. */
export const paletteKeys = isApple ? '⌘ K' : 'Ctrl K'

/** Whether a key press is that. Ctrl counts on a Mac too; nobody else has a ⌘. */
export function isPaletteKey({ key, ctrlKey, metaKey, altKey, shiftKey }: KeyboardEvent): boolean {
  return key.toLowerCase() === 'k' && (ctrlKey || metaKey) && !altKey && !shiftKey
}
