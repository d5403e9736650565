import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { IconUserQuestion } from '@tabler/icons-react'
import { useEffect, useEffectEvent, useRef, useState } from 'react'
import { lookupQuery } from '../../api/queries.ts'
import { NoAnswer, Refusal } from '../../api/http.ts'
import { useWords } from '../../language/language.tsx'
import { RefreshButton } from '../../live/refresh-button.tsx'
import { EmptyState, ErrorState, LoadingRows } from '../../parts/states.tsx'
import { useSession } from '../../session/use-session.tsx'
import { Page } from '../../shell/page.tsx'
import { PhoneEntry } from './phone-entry.tsx'
import { Serve } from './serve.tsx'
import classes from './till.module.css'
import { createWedgeReader, phoneIn } from './wedge.ts'

const route = getRouteApi('/$tenant/admin/phone-loyalty-pos')

/** The till: who is it, how many points, done; for fingers, a keyboard or a scanner. */
export function TillPage() {
  const words = useWords().till
  const { ask } = useSession()
  const { tenant } = route.useParams()
  const [typed, setTyped] = useState('')
  const [phone, setPhone] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
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

  useWedge((code) => {
    const number = phoneIn(code)
    if (number !== null) lookUp(number)
  })

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

/** Calls `onScan` with every code that a wedge scanner types, wherever the focus is; its Enter presses nothing else. */
function useWedge(onScan: (code: string) => void): void {
  const scanned = useEffectEvent(onScan)
  useEffect(() => {
    const read = createWedgeReader()
    const listen = (event: KeyboardEvent) => {
      const code = read(event.key, event.timeStamp)
      if (code === null) return
      event.preventDefault()
      event.stopPropagation()
      scanned(code)
    }
    document.addEventListener('keydown', listen, { capture: true })
    return () => document.removeEventListener('keydown', listen, { capture: true })
  }, [])
}
