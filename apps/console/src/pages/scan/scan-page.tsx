import { Collapse, Stack, UnstyledButton } from '@mantine/core'
import { getRouteApi } from '@tanstack/react-router'
import { IconChevronDown } from '@tabler/icons-react'
import { useState } from 'react'
import { ProgramSelect } from '../../engagement/program-select.tsx'
import { ScanOutcome } from '../../engagement/scan-outcome.tsx'
import { useScan, type ScanChoices } from '../../engagement/use-scan.ts'
import { useEngagementWords } from '../../language/engagement-words.ts'
import { useWords } from '../../language/language.tsx'
import { RefreshButton } from '../../live/refresh-button.tsx'
import plate from '../../parts/plate.module.css'
import { PointsInput } from '../../points/points-input.tsx'
import { isAmount } from '../../points/points-request.ts'
import { Page } from '../../shell/page.tsx'
import { LazyCamera } from '../till/camera/lazy-camera.tsx'
import { useWedge } from '../till/use-wedge.ts'
import { CodeEntry } from './code-entry.tsx'
import { RecentScans } from './recent-scans.tsx'
import classes from './scan.module.css'

const route = getRouteApi('/$tenant/admin/scan')

/** Customers' codes, one after the other: by camera, by a hand scanner, or typed (E1, E2, E7). */
export function ScanPage() {
  const words = useEngagementWords().scan
  const { nav } = useWords()
  const { tenant } = route.useParams()
  const { user } = route.useRouteContext()
  const [typed, setTyped] = useState('')
  const [isCameraOpen, setCameraOpen] = useState(false)
  const [choices, setChoices] = useState<ScanChoices>({})
  const scanning = useScan()
  const { state } = scanning.sending
  const isBusy = state === 'sending' || state === 'unknown'
  const seesAll = user.role === 'owner' || user.role === 'admin'

  function scan(code: string): void {
    setCameraOpen(false)
    setTyped('')
    const qr = code.trim()
    if (qr !== '') scanning.scan(qr, choices)
  }
  useWedge(scan)

  return (
    <Page title={nav.scan} actions={<RefreshButton />}>
      <div className={classes['scan']} data-alone={seesAll ? undefined : ''}>
        <section className={plate['plate']} aria-label={words.entry}>
          <CodeEntry
            value={typed}
            isBusy={isBusy}
            onChange={setTyped}
            onScan={scan}
            onCamera={() => setCameraOpen(true)}
          />
          <Choices choices={choices} isBusy={isBusy} onChange={setChoices} />
        </section>
        <section className={`${plate['plate']} ${classes['outcome']}`} data-state={state} aria-live="polite">
          <ScanOutcome scanning={scanning} onNext={scanning.sender.clear} />
        </section>
        {seesAll && <RecentScans tenant={tenant} />}
      </div>
      {isCameraOpen && <LazyCamera onScan={scan} onClose={() => setCameraOpen(false)} />}
    </Page>
  )
}

/** What a till may choose beside the code; folded away, as most scans need none of it. */
function Choices({
  choices: { points, programId },
  isBusy,
  onChange,
}: {
  choices: ScanChoices
  isBusy: boolean
  onChange: (choices: ScanChoices) => void
}) {
  const words = useEngagementWords().scan
  const [isOpen, setOpen] = useState(false)
  return (
    <div>
      <UnstyledButton className={classes['more']} aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        {words.more} <IconChevronDown size={16} aria-hidden="true" data-open={isOpen || undefined} />
      </UnstyledButton>
      <Collapse expanded={isOpen}>
        <Stack gap="sm" pt="xs">
          <ProgramSelect
            value={programId ?? null}
            disabled={isBusy}
            onChange={(chosen) => onChange(given({ points, programId: chosen ?? undefined }))}
          />
          <PointsInput
            label={words.points}
            description={words.pointsHint}
            value={points ?? ''}
            onChange={(value) => onChange(given({ programId, points: isAmount(value) ? value : undefined }))}
            disabled={isBusy}
          />
        </Stack>
      </Collapse>
    </div>
  )
}

const given = ({ points, programId }: { [K in keyof ScanChoices]: ScanChoices[K] | undefined }): ScanChoices => ({
  ...(points === undefined ? {} : { points }),
  ...(programId === undefined ? {} : { programId }),
})
