import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useRef, useState } from 'react'
import { lookupQuery } from '../../api/queries.ts'
import { ScanOutcome } from '../../engagement/scan-outcome.tsx'
import { useScan } from '../../engagement/use-scan.ts'
import { useWords } from '../../language/language.tsx'
import { RefreshButton } from '../../live/refresh-button.tsx'
import plate from '../../parts/plate.module.css'
import { useToasts } from '../../parts/toasts.tsx'
import { useSession } from '../../session/use-session.tsx'
import { Page } from '../../shell/page.tsx'
import { LazyCamera } from './camera/lazy-camera.tsx'
import { FoundCustomer } from './found-customer.tsx'
import { PhoneEntry } from './phone-entry.tsx'
import { readScanned } from './scanned.ts'
import classes from './till.module.css'
import { useWedge } from './use-wedge.ts'

const route = getRouteApi('/$tenant/admin/phone-loyalty-pos')

/** The till: who is it, how many points, done; for fingers, a keyboard or a scanner. */
export function TillPage() {
  const words = useWords().till
  const { ask } = useSession()
  const { tenant } = route.useParams()
  const [typed, setTyped] = useState('')
  const [phone, setPhone] = useState<string | null>(null)
  const [isServing, setServing] = useState(false)
  const [cameraOpen, setCameraOpen] = useState(false)
  const toasts = useToasts()
  const phoneField = useRef<HTMLInputElement>(null)
  const found = useQuery({ ...lookupQuery(ask, tenant, phone ?? ''), enabled: phone !== null })
  // Whoever has a card is served at once; the others' answer is waited for.
  const scanning = useScan(({ card, customerPhone }) => card && serve(customerPhone))
  const { state } = scanning.sending
  const isBusy = isServing || state === 'sending' || state === 'unknown'

  function serve(number: string): void {
    if (number === phone) void found.refetch()
    else setPhone(number)
  }

  function lookUp(number: string): void {
    if (number.trim() === '' || isBusy) return
    scanning.sender.clear()
    setTyped(number)
    serve(number)
  }

  function next(): void {
    scanning.sender.clear()
    setPhone(null)
    setTyped('')
    setServing(false)
    phoneField.current?.focus()
  }

  /** Whichever way a code was read. */
  function read(text: string): void {
    setCameraOpen(false)
    if (isBusy) return
    const scanned = readScanned(text)
    switch (scanned.kind) {
      case 'customer':
        setTyped('')
        if (scanning.scan(scanned.qr)) setPhone(null)
        break
      case 'phone':
        lookUp(scanned.phone)
        break
      case 'unknown':
        toasts.show({ text: words.notUnderstood, tone: 'bad' })
    }
  }
  useWedge(read)

  return (
    <Page title={words.title} actions={<RefreshButton />}>
      <div className={classes['till']} data-serving={found.data || state !== 'idle' ? '' : undefined}>
        <PhoneEntry
          fieldRef={phoneField}
          value={typed}
          disabled={isBusy}
          loading={phone !== null && found.isFetching && !found.data}
          onChange={setTyped}
          onLookUp={lookUp}
          onCamera={() => setCameraOpen(true)}
        />
        <section className={`${plate['plate']} ${classes['panel']}`} aria-live="polite">
          {phone === null && state !== 'idle' ? (
            <ScanOutcome scanning={scanning} onNext={next} onServe={serve} />
          ) : (
            <FoundCustomer
              phone={phone}
              found={found}
              scan={scanning.sending.state === 'done' ? scanning.sending.change : null}
              onNext={next}
              onBusy={setServing}
            />
          )}
        </section>
      </div>
      {cameraOpen && <LazyCamera onScan={read} onClose={() => setCameraOpen(false)} />}
    </Page>
  )
}
