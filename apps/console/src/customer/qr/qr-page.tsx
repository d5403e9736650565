import { useEffect, useState } from 'react'
import { PageTitle } from '../frame/page-title.tsx'
import { useCustomer } from '../live/live-customer.tsx'
import { PendingRequests } from '../notifications/pending-requests.tsx'
import { Icon } from '../parts/icon.tsx'
import { useWords } from '../words/language.tsx'
import { CountdownRing } from './countdown-ring.tsx'
import { QrImage } from './qr-image.tsx'
import classes from './qr.module.css'
import { useCode } from './use-code.ts'
import { useWakeLock } from './use-wake-lock.ts'

/** How long it is said that the code was scanned, in its place. */
const SCANNED_MS = 5_000

/** The code to hold before a till, and what comes of it. */
export function QrPage() {
  const words = useWords().qr
  const { user } = useCustomer()
  const { code, renew } = useCode()
  const scannedBy = useScannedBy(renew)
  useWakeLock()

  return (
    <div className={classes['page']}>
      <PageTitle>{words.title}</PageTitle>
      <p className={classes['lead']}>{words.lead}</p>
      <PendingRequests />
      <div className={classes['plate']} data-state={code.state} data-testid="plate">
        {code.state === 'shown' && <QrImage text={code.qr} label={words.image} />}
        {code.state === 'asking' && <span className={classes['asking']} role="status" aria-label={words.renewing} />}
        {code.state === 'without' && (
          <div className={classes['without']} role="alert">
            <Icon name="cloudOff" size={40} />
            <strong>{words.offlineTitle}</strong>
            <p>{words.offlineText}</p>
          </div>
        )}
        {scannedBy !== null && (
          <div className={classes['scanned']} data-testid="scanned">
            <span className={classes['done']}>
              <Icon name="check" size={44} />
            </span>
            <strong>{words.scannedBy(scannedBy)}</strong>
          </div>
        )}
      </div>
      <p className={classes['name']}>{user.name}</p>
      {code.state === 'shown' && <CountdownRing time={code.time} />}
      <p className={classes['safe']}>{words.safe}</p>
    </div>
  )
}

/** Who has just scanned; null when nobody has. A code that was scanned is used up there: `onScanned`. */
function useScannedBy(onScanned: () => void): string | null {
  const { store } = useCustomer()
  const [scannedBy, setScannedBy] = useState<string | null>(null)

  useEffect(
    () =>
      store.onArrival(({ kind, tenantName }) => {
        if (kind !== 'scanned') return
        setScannedBy(tenantName)
        onScanned()
      }),
    [store, onScanned],
  )
  useEffect(() => {
    if (scannedBy === null) return
    const timer = setTimeout(() => setScannedBy(null), SCANNED_MS)
    return () => clearTimeout(timer)
  }, [scannedBy])

  return scannedBy
}
