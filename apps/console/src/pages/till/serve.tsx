import { Alert, Badge, Button, SegmentedControl, Select, TextInput } from '@mantine/core'
import type { PhoneLookup } from '@loyalty-live/client/query'
import { useState } from 'react'
import { EnrolmentSlots } from '../../engagement/enrolment-slots.tsx'
import { useFormat, useWords } from '../../language/language.tsx'
import { Initials } from '../../parts/initials.tsx'
import { isAmount, pointsRequest, type PointsAction } from '../../points/points-request.ts'
import { SendingNotice } from '../../points/sending-notice.tsx'
import { useBusy } from '../../points/use-busy.ts'
import { usePointsSender } from '../../points/use-points-sender.ts'
import { NumberPad } from './number-pad.tsx'
import { Result } from './result.tsx'
import classes from './till.module.css'

const DIGITS_MAX = 7

/** Serves the customer who was looked up: redeem for an order, or add; then the result, large. */
export function Serve({
  found: { customer, member, cards },
  notice,
  onNext,
  onBusy,
}: {
  found: PhoneLookup
  /** What has just happened to the customer here. */
  notice?: string | undefined
  onNext: () => void
  /** Told whether the answer to a change is outstanding: then nobody else is served. */
  onBusy: (busy: boolean) => void
}) {
  const words = useWords()
  const format = useFormat()
  const [action, setAction] = useState<PointsAction>('redeem')
  const [digits, setDigits] = useState('')
  const [orderId, setOrderId] = useState('')
  const [chosen, setChosen] = useState<string | null>(null)
  const card = cards.find(({ id }) => id === chosen) ?? cards[0]
  const { sender, sending } = usePointsSender()
  const busy = useBusy(sending, onBusy)

  const points = Number(digits)
  const valid = isAmount(points)
  const amount = valid ? format.number(points) : ''
  const unit = words.till.points

  if (sending.state === 'done') {
    return (
      <Result
        name={member.displayName}
        change={sending.change}
        onNext={onNext}
        onAnother={() => {
          setDigits('')
          setOrderId('')
          sender.clear()
        }}
      />
    )
  }

  return (
    <form
      className={classes['serve']}
      data-testid="serve"
      onSubmit={(event) => {
        event.preventDefault()
        if (!valid || !card) return
        const { programId } = card
        sender.send(pointsRequest({ phone: customer.phone, action, points, programId, orderId }))
      }}
    >
      <div className={classes['who']}>
        <Initials name={member.displayName} large />
        <div className={classes['whoName']}>
          <strong>{member.displayName}</strong>
          <span className="figure">{customer.phone}</span>
        </div>
        {member.vip && (
          <Badge size="lg" variant="light" color="yellow" c="var(--polling)">
            {words.till.vip}
          </Badge>
        )}
      </div>
      {notice !== undefined && (
        <Alert color="teal" variant="light" role="status" data-testid="scan-notice">
          {notice}
        </Alert>
      )}
      {card ? (
        <>
          <p className={classes['balance']}>
            <span className="figure" data-testid="till-balance">
              {format.number(card.balance)}
            </span>
            <small>{isSameWord(card.programName, unit) ? unit : `${unit} · ${card.programName}`}</small>
          </p>
          {cards.length > 1 && (
            <Select
              label={words.till.card}
              value={card.id}
              onChange={setChosen}
              allowDeselect={false}
              disabled={busy}
              data={cards.map(({ id, programName, balance }) => ({
                value: id,
                label: `${programName} – ${format.number(balance)}`,
              }))}
            />
          )}
          <SegmentedControl
            fullWidth
            size="lg"
            aria-label={words.customer.changePoints}
            value={action}
            onChange={(value) => setAction(value)}
            disabled={busy}
            data={[
              { value: 'redeem', label: words.points.redeem },
              { value: 'add', label: words.points.add },
            ]}
          />
          <div className={classes['fields']}>
            <TextInput
              label={words.points.amount}
              inputMode="numeric"
              value={digits}
              onChange={(event) => setDigits(event.currentTarget.value.replaceAll(/\D/g, '').slice(0, DIGITS_MAX))}
              disabled={busy}
              autoFocus
              autoComplete="off"
              size="lg"
              classNames={{ input: `${classes['display']} figure` }}
            />
            <TextInput
              label={words.points.order}
              placeholder={words.points.orderHint}
              value={orderId}
              onChange={(event) => setOrderId(event.currentTarget.value)}
              disabled={busy}
              maxLength={100}
              autoComplete="off"
              size="lg"
            />
          </div>
          <NumberPad
            extra="00"
            disabled={busy}
            onKey={(key) => setDigits((before) => (before + key).replace(/^0+/, '').slice(0, DIGITS_MAX))}
            onBackspace={() => setDigits((before) => before.slice(0, -1))}
          />
          <SendingNotice sending={sending} sender={sender} />
          <div className={classes['buttons']}>
            <Button size="xl" fz="lg" variant="default" onClick={onNext} disabled={busy}>
              {words.app.cancel}
            </Button>
            <Button type="submit" size="xl" fz="lg" disabled={!valid || busy} loading={sending.state === 'sending'}>
              {action === 'redeem' ? words.points.doRedeem(amount) : words.points.doAdd(amount)}
            </Button>
          </div>
        </>
      ) : (
        <>
          <p>{words.customer.noCards}</p>
          <EnrolmentSlots customerId={customer.id} />
          <Button size="xl" fz="lg" variant="default" onClick={onNext}>
            {words.app.cancel}
          </Button>
        </>
      )}
    </form>
  )
}

/** A programme that is called "Points" counts points; saying so once is enough. */
const isSameWord = (one: string, other: string) => one.localeCompare(other, undefined, { sensitivity: 'base' }) === 0
