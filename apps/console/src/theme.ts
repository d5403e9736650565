import { createTheme, localStorageColorSchemeManager, type MantineColorsTuple } from '@mantine/core'

/** Harbour: a calm teal, the one colour that means "act here". Shade 7 on white and shade 3 on night pass 4.5 : 1. */
const harbour: MantineColorsTuple = [
  '#e9f6f6',
  '#d3eaeb',
  '#a5d4d7',
  '#73bdc2',
  '#4ba9b0',
  '#2f9ba4',
  '#17808a',
  '#0f6a74',
  '#0d5861',
  '#08454d',
]

/** Night: greys with a little of the harbour in them. */
const dark: MantineColorsTuple = [
  '#d5dde0',
  '#b4c0c5',
  '#93a3aa',
  '#5c6f78',
  '#3b4b53',
  '#2b3940',
  '#1f2b31',
  '#172126',
  '#10181c',
  '#0a1013',
]

/** One scale for type (13 · 14 · 16 · 20 · 26), one for space (multiples of 4): nothing on a page invents its own. */
export const theme = createTheme({
  primaryColor: 'harbour',
  primaryShade: { light: 7, dark: 6 },
  colors: { harbour, dark },
  fontFamily: "'Inter Variable', system-ui, sans-serif",
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, monospace',
  fontSizes: { xs: '0.8125rem', sm: '0.875rem', md: '1rem', lg: '1.25rem', xl: '1.625rem' },
  spacing: { xs: '0.5rem', sm: '0.75rem', md: '1rem', lg: '1.5rem', xl: '2rem' },
  defaultRadius: 'md',
  radius: { xs: '4px', sm: '6px', md: '8px', lg: '12px', xl: '16px' },
  cursorType: 'pointer',
  autoContrast: true,
  respectReducedMotion: true,
  headings: { fontWeight: '650' },
})

/** The same key is read in index.html, before the first paint. */
export const colorSchemeManager = localStorageColorSchemeManager({ key: 'console.color-scheme' })
