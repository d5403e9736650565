import { writeFileSync } from 'node:fs'
import { encodeQR } from 'qr'

const WIDTH_PX = 640
const HEIGHT_PX = 480
const MODULE_PX = 12
const WHITE = 235
const BLACK = 16
const NO_COLOUR = 128

/** Arguments with which Chromium has one camera, which sees what is in `file`. */
export const cameraArguments = (file: string) => [
  '--use-fake-device-for-media-stream=device-count=1',
  `--use-file-for-fake-video-capture=${file}`,
]

/** Writes a film of somebody who holds `text` as a QR code before the camera. */
export function filmCode(file: string, text: string): void {
  film(file, encodeQR(text, 'raw', { border: 4 }))
}

/** Writes a film of a white wall. */
export function filmNothing(file: string): void {
  film(file, [])
}

/** YUV4MPEG2, two pictures that Chromium repeats. */
function film(file: string, modules: readonly (readonly boolean[])[]): void {
  const left = Math.floor((WIDTH_PX - modules.length * MODULE_PX) / 2)
  const top = Math.floor((HEIGHT_PX - modules.length * MODULE_PX) / 2)
  const brightness = Buffer.alloc(WIDTH_PX * HEIGHT_PX, WHITE)
  for (let y = 0; y < HEIGHT_PX; y++) {
    for (let x = 0; x < WIDTH_PX; x++) {
      const isDark = modules[Math.floor((y - top) / MODULE_PX)]?.[Math.floor((x - left) / MODULE_PX)] === true
      if (isDark) brightness[y * WIDTH_PX + x] = BLACK
    }
  }
  const colour = Buffer.alloc(brightness.length / 2, NO_COLOUR)
  const picture = [Buffer.from('FRAME\n'), brightness, colour]
  const header = Buffer.from(`YUV4MPEG2 W${WIDTH_PX} H${HEIGHT_PX} F10:1 Ip A1:1 C420jpeg\n`)
  writeFileSync(file, Buffer.concat([header, ...picture, ...picture]))
}
