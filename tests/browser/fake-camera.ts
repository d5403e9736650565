import type { Page } from 'playwright-core'
import { encodeQR } from 'qr'

/** What a camera sees: somebody who holds this text before it as a QR code, or a white wall. */
export type View = string | null

export type FakeCamera = {
  /** How many of its tracks are on. */
  tracksOn(): Promise<number>
  /** Whether the browser lets the page use it. */
  allow(isAllowed: boolean): Promise<void>
}

type InPage = { tracks: MediaStreamTrack[]; isAllowed: boolean }
type Scope = typeof globalThis & { fakeCamera: InPage }

/**
 * Gives an open page one camera, which it is allowed to use. It stands in for the device alone, a canvas that is filmed: the
 * Chromium that npm brings is built for servers and has no devices, not even its own fake ones.
 */
export async function placeCamera(page: Page, view: View): Promise<FakeCamera> {
  const modules = view === null ? [] : encodeQR(view, 'raw', { border: 4 })
  await page.evaluate(filmCanvas, modules)
  return {
    tracksOn: () =>
      page.evaluate(() => {
        const { tracks } = (globalThis as Scope).fakeCamera
        return tracks.filter(({ readyState }) => readyState === 'live').length
      }),
    allow: (isAllowed) =>
      page.evaluate((allowed) => void ((globalThis as Scope).fakeCamera.isAllowed = allowed), isAllowed),
  }
}

/** Runs in the page. */
function filmCanvas(modules: boolean[][]): void {
  const modulePx = 12
  const canvas = Object.assign(document.createElement('canvas'), { width: 640, height: 480 })
  const context = canvas.getContext('2d')!
  const left = (canvas.width - modules.length * modulePx) / 2
  const top = (canvas.height - modules.length * modulePx) / 2
  const camera: InPage = { tracks: [], isAllowed: true }

  function draw(): void {
    context.fillStyle = 'white'
    context.fillRect(0, 0, canvas.width, canvas.height)
    context.fillStyle = 'black'
    for (const [y, row] of modules.entries()) {
      for (const [x, isDark] of row.entries()) {
        if (isDark) context.fillRect(left + x * modulePx, top + y * modulePx, modulePx, modulePx)
      }
    }
  }

  // A canvas is filmed when it is drawn on.
  setInterval(draw, 100)
  draw()
  Object.assign(globalThis, { fakeCamera: camera })
  navigator.mediaDevices.enumerateDevices = async () => [{ kind: 'videoinput' } as MediaDeviceInfo]
  navigator.mediaDevices.getUserMedia = async () => {
    if (!camera.isAllowed) throw new DOMException('Permission denied', 'NotAllowedError')
    const stream = canvas.captureStream(10)
    camera.tracks.push(...stream.getTracks())
    return stream
  }
}
