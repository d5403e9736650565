/** Strokes of the signs, on a field of 24 by 24; after Tabler Icons (MIT), whose components weigh more than all of these. */
const strokes = {
  cards: ['M3 7a2 2 0 0 1 2 -2h14a2 2 0 0 1 2 2v10a2 2 0 0 1 -2 2h-14a2 2 0 0 1 -2 -2z', 'M3 10h18', 'M7 15h3'],
  qr: ['M4 4h6v6h-6z', 'M14 4h6v6h-6z', 'M4 14h6v6h-6z', 'M14 14h2v2h-2z', 'M18 14h2', 'M20 18v2h-2', 'M14 18v2'],
  bell: ['M6 17v-6a6 6 0 1 1 12 0v6', 'M4 17h16', 'M10 20a2 2 0 0 0 4 0'],
  person: ['M12 4a4 4 0 1 1 0 8a4 4 0 1 1 0 -8', 'M5 20a7 6 0 0 1 14 0'],
  refresh: ['M20 11a8.1 8.1 0 0 0 -15.5 -2m-.5 -4v4h4', 'M4 13a8.1 8.1 0 0 0 15.5 2m.5 4v-4h-4'],
  close: ['M18 6l-12 12', 'M6 6l12 12'],
  check: ['M5 12l5 5l10 -10'],
  chevron: ['M9 6l6 6l-6 6'],
  plus: ['M12 5v14', 'M5 12h14'],
  minus: ['M5 12h14'],
  question: ['M8.5 9a3.5 3 0 1 1 5 2.7c-1 .6 -1.5 1.3 -1.5 2.3', 'M12 18v.01'],
  cloudOff: ['M9.6 5.6a5 5 0 0 1 8.1 3.4a4 4 0 0 1 2.6 6.4', 'M17 18h-10a4 4 0 0 1 -.8 -7.9', 'M4 4l16 16'],
} as const satisfies Record<string, readonly string[]>

export type IconName = keyof typeof strokes

export function Icon({ name, size = 24 }: { name: IconName; size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth={1.8}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      {strokes[name].map((path) => (
        <path key={path} d={path} />
      ))}
    </svg>
  )
}
