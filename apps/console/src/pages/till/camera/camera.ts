/** Which way a camera looks: at whoever holds the device, or away from them. */
export type Facing = 'user' | 'environment'

/** Why there is no picture. */
export type CameraProblem = 'refused' | 'missing' | 'busy' | 'insecure'

/**
 * Shows what a camera sees in `video`, of the two kinds the one that is wanted, if it is there. Ends with `signal`; the camera is off
 * then, also when it was still starting.
 *
 * @throws DOMException as of getUserMedia, or of the signal; `problemOf` says what it means
 */
export async function showCamera(video: HTMLVideoElement, facing: Facing, signal: AbortSignal): Promise<void> {
  const stream = await devices().getUserMedia({
    audio: false,
    video: { facingMode: { ideal: facing }, width: { ideal: 1280 }, height: { ideal: 720 } },
  })
  const stop = () => {
    for (const track of stream.getTracks()) track.stop()
    video.srcObject = null
  }
  if (signal.aborted) stop()
  signal.throwIfAborted()
  signal.addEventListener('abort', stop, { once: true })
  video.srcObject = stream
  await video.play()
}

/** Whether there is another camera to change to. Known only once one may be used. */
export async function hasOtherCamera(): Promise<boolean> {
  const all = await devices().enumerateDevices()
  return all.filter(({ kind }) => kind === 'videoinput').length > 1
}

/** What somebody can do something about. */
export function problemOf(error: unknown): CameraProblem {
  const name = error instanceof DOMException ? error.name : ''
  switch (name) {
    case 'NotAllowedError':
      return 'refused'
    case 'NotFoundError':
    case 'OverconstrainedError':
      return 'missing'
    case 'SecurityError':
      return 'insecure'
    default:
      return 'busy'
  }
}

/** On an insecure address there are no devices at all, whatever the types say. */
function devices(): MediaDevices {
  const given: MediaDevices | undefined = navigator.mediaDevices
  if (!given) throw new DOMException('this address is not secure', 'SecurityError')
  return given
}
