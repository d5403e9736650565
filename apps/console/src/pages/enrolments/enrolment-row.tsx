import { Button } from '@mantine/core'
import type { Enrolment } from '@loyalty-live/client/query'
import { IconQrcode, IconUserEdit } from '@tabler/icons-react'
import { memo } from 'react'
import { useAskToEnrol, useCancelEnrolment } from '../../engagement/use-enrolments.ts'
import { useEngagementWords } from '../../language/engagement-words.ts'
import { useFormat, useWords } from '../../language/language.tsx'
import { nameOf } from '../../live/change-toasts.tsx'
import { Line } from '../../live/line.tsx'
import { CustomerName } from '../../parts/customer-name.tsx'
import classes from './enrolments.module.css'

/** Who was asked into which programme, how, by whom and when; and what can be done about it. */
export const EnrolmentRow = memo(function EnrolmentRow({
  enrolment,
  now,
  onOpen,
}: {
  enrolment: Enrolment
  /** In milliseconds since 1970. */
  now: number
  onOpen: (customerId: string) => void
}) {
  const { id, customerId, customerName, customerPhone, programName, method, actor, requestedAt, decidedAt } = enrolment
  const words = useEngagementWords().enrolments
  const { changes: changeWords } = useWords()
  const format = useFormat()
  const MethodIcon = method === 'scan' ? IconQrcode : IconUserEdit
  const by = actor && nameOf(actor, changeWords)

  return (
    <Line of={id} className={classes['line']} data-enrolment={id} data-customer={customerId}>
      <CustomerName customer={{ id: customerId, displayName: customerName, phone: customerPhone }} onOpen={onOpen} />
      <span className={classes['what']}>
        <span className={classes['program']}>{programName}</span>
        <span className={classes['how']}>
          <MethodIcon size={14} aria-hidden="true" />
          <span>{method === 'scan' ? words.scanned(by) : words.manual(by)}</span>
        </span>
      </span>
      <time
        className={`${classes['when']} figure`}
        dateTime={decidedAt ?? requestedAt}
        title={format.dateTime(decidedAt ?? requestedAt)}
      >
        {wordWhen()}
      </time>
      <Action enrolment={enrolment} />
    </Line>
  )

  function wordWhen(): string {
    const ago = format.ago(Date.parse(decidedAt ?? requestedAt), now)
    return enrolment.status === 'pending' ? words.asked(ago) : words.decided[enrolment.status](ago)
  }
})

function Action({ enrolment }: { enrolment: Enrolment }) {
  const { status, customerId, customerName, programId, programName } = enrolment
  const words = useEngagementWords().enrolments
  const cancel = useCancelEnrolment()
  const request = useAskToEnrol()
  if (status === 'active') return <span className={classes['action']} />
  const isPending = status === 'pending'
  return (
    <Button
      className={classes['action']}
      size="xs"
      variant="default"
      loading={cancel.isPending || request.isPending}
      aria-label={
        isPending ? words.cancelName(customerName, programName) : words.askAgainName(customerName, programName)
      }
      onClick={() => (isPending ? cancel.mutate(enrolment) : request.mutate({ customerId, programId }))}
    >
      {isPending ? words.cancel : words.askAgain}
    </Button>
  )
}
