import { encodeQR } from 'qr'
import { useMemo } from 'react'
import classes from './qr.module.css'

/** Modules of white around the code; ISO/IEC 18004 asks for four. */
const QUIET = 4

/** A code as one path: dark on white in either scheme, because scanners expect it so. */
export function QrImage({ text, label }: { text: string; label: string }) {
  const { path, size } = useMemo(() => draw(text), [text])
  return (
    <svg
      className={classes['image']}
      viewBox={`0 0 ${size} ${size}`}
      role="img"
      aria-label={label}
      shapeRendering="crispEdges"
      data-testid="qr"
    >
      <path d={path} fill="#000" />
    </svg>
  )
}

function draw(text: string): { readonly path: string; readonly size: number } {
  const modules = encodeQR(text, 'raw', { ecc: 'medium', border: QUIET })
  const path = modules.flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? [`M${x} ${y}h1v1h-1z`] : []))).join('')
  return { path, size: modules.length }
}
