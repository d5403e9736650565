import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { IconUserQuestion } from '@tabler/icons-react'
import { lazy, Suspense, useRef, useState } from 'react'
import { lookupQuery } from '../../api/queries.ts'
import { NoAnswer, Refusal } from '../../api/http.ts'
import { useWords } from '../../language/language.tsx'
import { RefreshButton } from '../../live/refresh-button.tsx'
import { EmptyState, ErrorState, LoadingRows } from '../../parts/states.tsx'
import { useToasts } from '../../parts/toasts.tsx'
import { useSession } from '../../session/use-session.tsx'
import { Page } from '../../shell/page.tsx'
import { PhoneEntry } from './phone-entry.tsx'
import { readScanned } from './scanned.ts'
import { Serve } from './serve.tsx'
import classes from './till.module.css'
import { useWedge } from './use-wedge.ts'

const CameraDialog = lazy(() =>
  import('./camera/camera-dialog.tsx').then(({ CameraDialog: component }) => ({ default: component })),
)

const route = getRouteApi('/$tenant/admin/phone-loyalty-pos')

/** The till: who is it, how many points, done; for fingers, a keyboard or a scanner. */
export function TillPage() {
  const words = useWords().till
  const { ask } = useSession()
  const { tenant } = route.useParams()
  const [typed, setTyped] = useState('')
  const [phone, setPhone] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const [cameraOpen, setCameraOpen] = useState(false)
  const toasts = useToasts()
  const phoneField = useRef<HTMLInputElement>(null)
  const found = useQuery({ ...lookupQuery(ask, tenant, phone ?? ''), enabled: phone !== null })

  function lookUp(number: string): void {
    if (number.trim() === '' || busy) return
    setTyped(number)
    if (number === phone) void found.refetch()
    else setPhone(number)
  }

  function next(): void {
    setPhone(null)
    setTyped('')
    setBusy(false)
    phoneField.current?.focus()
  }

  /** Whichever way a code was read. */
  function scan(text: string): void {
    setCameraOpen(false)
    const scanned = readScanned(text)
    if (scanned.kind === 'phone') lookUp(scanned.phone)
    else toasts.show({ text: words.notUnderstood, tone: 'bad' })
  }

  useWedge(scan)

  return (
    <Page title={words.title} actions={<RefreshButton />}>
      <div className={classes['till']} data-serving={found.data ? '' : undefined}>
        <PhoneEntry
          fieldRef={phoneField}
          value={typed}
          disabled={busy}
          loading={phone !== null && found.isFetching && !found.data}
          onChange={setTyped}
          onLookUp={lookUp}
          onCamera={() => setCameraOpen(true)}
        />
        <section className={classes['panel']} aria-live="polite">
          {phone === null ? (
            <EmptyState icon={<IconUserQuestion size={28} />} title={words.waitingTitle}>
              {words.waitingText}
            </EmptyState>
          ) : found.data ? (
            <Serve key={found.data.customer.id} found={found.data} onNext={next} onBusy={setBusy} />
          ) : found.isError ? (
            <NotFound error={found.error} onRetry={() => void found.refetch()} />
          ) : (
            <LoadingRows rows={4} heightPx={72} />
          )}
        </section>
      </div>
      {cameraOpen && (
        <Suspense>
          <CameraDialog onScan={scan} onClose={() => setCameraOpen(false)} />
        </Suspense>
      )}
    </Page>
  )
}

function NotFound({ error, onRetry }: { error: Error; onRetry: () => void }) {
  const words = useWords().till
  if (error instanceof NoAnswer || !(error instanceof Refusal)) return <ErrorState error={error} onRetry={onRetry} />
  const impossible = error.code === 'invalid-request'
  return (
    <EmptyState icon={<IconUserQuestion size={28} />} title={impossible ? words.notPossible : words.notFoundTitle}>
      {words.notFoundText}
    </EmptyState>
  )
}
