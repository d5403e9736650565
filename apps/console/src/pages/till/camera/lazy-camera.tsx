import { lazy, Suspense } from 'react'

const CameraDialog = lazy(() =>
  import('./camera-dialog.tsx').then(({ CameraDialog: component }) => ({ default: component })),
)

/** The camera, whose code is loaded when somebody opens it. */
export function LazyCamera(props: { onScan: (text: string) => void; onClose: () => void }) {
  return (
    <Suspense>
      <CameraDialog {...props} />
    </Suspense>
  )
}
