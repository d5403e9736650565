import { Alert, Button, Group } from '@mantine/core'
import { IconCameraRotate, IconRefresh } from '@tabler/icons-react'
import { useEffect, useEffectEvent, useRef, useState } from 'react'
import { useWords } from '../../../language/language.tsx'
import { Dialog } from '../../../parts/dialog.tsx'
import { keepPreference, readPreference } from '../../../preferences.ts'
import { hasOtherCamera, problemOf, showCamera, type CameraProblem, type Facing } from './camera.ts'
import classes from './camera.module.css'
import { readCode } from './read-codes.ts'

/**
 *   starting  the browser may be asking for leave      picture → looking; none → the problem
 *   looking   reads every picture                      a code → onScan
 *   a problem, in words                                try again → starting
 */
type State = 'starting' | 'looking' | CameraProblem

/** What the camera sees, until it sees a code. */
export function CameraDialog({ onScan, onClose }: { onScan: (text: string) => void; onClose: () => void }) {
  const words = useWords().till
  return (
    <Dialog onClose={onClose} title={words.scanTitle} size={520}>
      <Camera onScan={onScan} />
    </Dialog>
  )
}

function Camera({ onScan }: { onScan: (text: string) => void }) {
  const { till: words, states } = useWords()
  const video = useRef<HTMLVideoElement>(null)
  const [state, setState] = useState<State>('starting')
  const [facing, setFacing] = useState<Facing>(() =>
    readPreference('console.camera') === 'user' ? 'user' : 'environment',
  )
  const [attempt, setAttempt] = useState(1)
  const [canTurn, setCanTurn] = useState(false)
  const scanned = useEffectEvent(onScan)

  useEffect(() => {
    const closing = new AbortController()
    async function look(element: HTMLVideoElement): Promise<void> {
      try {
        setState('starting')
        await showCamera(element, facing, closing.signal)
        setState('looking')
        setCanTurn(await hasOtherCamera())
        scanned(await readCode(element, closing.signal))
      } catch (error) {
        if (!closing.signal.aborted) setState(problemOf(error))
      }
    }
    if (video.current) void look(video.current)
    return () => closing.abort()
  }, [facing, attempt])

  function turn(): void {
    const other = facing === 'user' ? 'environment' : 'user'
    keepPreference('console.camera', other)
    setFacing(other)
  }

  const hasProblem = state !== 'starting' && state !== 'looking'
  return (
    <>
      <div className={classes['view']} data-state={state} data-testid="camera">
        <video ref={video} muted playsInline hidden={hasProblem} data-mirrored={facing === 'user' || undefined} />
        {hasProblem && (
          <Alert color="red" variant="light" role="alert">
            {words.cameraProblems[state]}
          </Alert>
        )}
      </div>
      <p className={classes['hint']} role="status">
        {state === 'starting' && words.cameraStarting}
        {state === 'looking' && words.scanHint}
      </p>
      <Group justify="flex-end">
        {canTurn && (
          <Button variant="default" leftSection={<IconCameraRotate size={18} aria-hidden="true" />} onClick={turn}>
            {words.otherCamera}
          </Button>
        )}
        {hasProblem && (
          <Button
            leftSection={<IconRefresh size={18} aria-hidden="true" />}
            onClick={() => setAttempt((before) => before + 1)}
          >
            {states.tryAgain}
          </Button>
        )}
      </Group>
    </>
  )
}
