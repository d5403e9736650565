/** The part of the Shape Detection API that is used here (https://wicg.github.io/shape-detection-api/#barcode-detection-api). */
type Detector = { detect(image: HTMLVideoElement): Promise<readonly { readonly rawValue: string }[]> }
type DetectorClass = {
  new (options: { formats: ['qr_code'] }): Detector
  getSupportedFormats(): Promise<readonly string[]>
}

/** Often enough that nobody waits, seldom enough that a small tablet stays cool. */
const BETWEEN_LOOKS_MS = 100

/** Looks for a QR code in what `video` shows, until there is one or `signal` ends it. Gives its text. */
export async function readCode(video: HTMLVideoElement, signal: AbortSignal): Promise<string> {
  const detector = await createDetector()
  for (;;) {
    signal.throwIfAborted()
    const [code] = await detector.detect(video)
    if (code) return code.rawValue
    await pause(BETWEEN_LOOKS_MS)
  }
}

/** The browser's own where it has one that knows QR codes (Chrome on Android and macOS); else one in JavaScript, loaded here. */
async function createDetector(): Promise<Detector> {
  const own = (globalThis as { BarcodeDetector?: DetectorClass }).BarcodeDetector
  const knows = own ? await own.getSupportedFormats() : []
  const Detector = own && knows.includes('qr_code') ? own : (await import('qr/decode.js')).BarcodeDetector
  return new Detector({ formats: ['qr_code'] })
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
