/** An icon of the manifest, by the name of its file in this folder; drawn from src/icon.svg. */
export const icons = [
  { file: 'icon-192.png', sizes: '192x192', purpose: 'any' },
  { file: 'icon-512.png', sizes: '512x512', purpose: 'any' },
  // To its edges: the system cuts it to the shape of its icons.
  { file: 'icon-maskable-512.png', sizes: '512x512', purpose: 'maskable' },
] as const

export type IconFile = (typeof icons)[number]['file']

/** The web app manifest (W3C), with which a browser offers to install the console. */
export function manifest(urlOf: (file: IconFile) => string): object {
  return {
    id: '/',
    name: 'loyalty-live',
    short_name: 'loyalty-live',
    description: 'Loyalty points that are never stale',
    start_url: '/',
    scope: '/',
    display: 'standalone',
    background_color: '#f4f7f7',
    theme_color: '#0f5f6b',
    icons: icons.map(({ file, sizes, purpose }) => ({ src: urlOf(file), type: 'image/png', sizes, purpose })),
  }
}
