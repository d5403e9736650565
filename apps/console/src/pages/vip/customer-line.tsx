import { Button } from '@mantine/core'
import type { Customer } from '@loyalty-live/client/query'
import { IconStar, IconStarOff } from '@tabler/icons-react'
import { memo } from 'react'
import { useAdminWords } from '../../language/admin-words.ts'
import { useFormat, useWords } from '../../language/language.tsx'
import { Line } from '../../live/line.tsx'
import { CustomerName } from '../../parts/customer-name.tsx'
import { useVipSwitch } from '../customer/use-vip-switch.ts'
import classes from './vip.module.css'

/** One customer: who, how many points, and the one thing that can be done here. Marked for a moment after a change. */
export const CustomerLine = memo(function CustomerLine({
  customer,
  detail,
  onOpen,
}: {
  customer: Customer
  detail: string
  onOpen: (id: string) => void
}) {
  const { id, displayName, points } = customer
  const words = useWords()
  const vipWords = useAdminWords().vip
  const format = useFormat()
  const { vip, setVip } = useVipSwitch(customer)
  const sending = vip !== customer.vip

  return (
    <Line of={id} className={classes['line']} data-customer={id}>
      <CustomerName customer={customer} detail={detail} onOpen={onOpen} />
      <span className={`${classes['points']} figure`}>
        <strong>{format.number(points)}</strong> {words.till.points}
      </span>
      <Button
        size="xs"
        variant={customer.vip ? 'default' : 'outline'}
        leftSection={
          customer.vip ? <IconStarOff size={16} aria-hidden="true" /> : <IconStar size={16} aria-hidden="true" />
        }
        loading={sending}
        aria-label={customer.vip ? vipWords.removeName(displayName) : vipWords.addName(displayName)}
        onClick={() => setVip(!customer.vip)}
      >
        <span className="roomy">{customer.vip ? vipWords.remove : vipWords.add}</span>
      </Button>
    </Line>
  )
})
