import type { Side } from '../src/worker/shell.ts'

/** An icon of the manifests, by the name of its file in this folder; drawn from src/icon.svg. */
export const icons = [
  { file: 'icon-192.png', sizes: '192x192', purpose: 'any' },
  { file: 'icon-512.png', sizes: '512x512', purpose: 'any' },
  // To its edges: the system cuts it to the shape of its icons.
  { file: 'icon-maskable-512.png', sizes: '512x512', purpose: 'maskable' },
] as const

export type IconFile = (typeof icons)[number]['file']

/** Two apps on one origin: a browser tells them apart by `id`. */
const APPS = {
  console: {
    id: '/',
    start_url: '/',
    name: 'loyalty-live',
    short_name: 'loyalty-live',
    description: 'Loyalty points that are never stale',
  },
  customer: {
    id: '/cards',
    start_url: '/cards',
    name: 'loyalty-live cards',
    short_name: 'Cards',
    description: 'Your loyalty cards, always up to date',
    shortcuts: [
      { name: 'QR code', url: '/qr' },
      { name: 'News', url: '/notifications' },
    ],
  },
} as const satisfies Record<Side, object>

/** The web app manifest (W3C), with which a browser offers to install a side. */
export function manifest(side: Side, urlOf: (file: IconFile) => string): object {
  return {
    ...APPS[side],
    scope: '/',
    display: 'standalone',
    background_color: '#f4f7f7',
    theme_color: '#0f5f6b',
    icons: icons.map(({ file, sizes, purpose }) => ({ src: urlOf(file), type: 'image/png', sizes, purpose })),
  }
}
