import type { Customer } from '@loyalty-live/client/query'
import { useWords } from '../language/language.tsx'
import classes from './customer-name.module.css'
import { Initials } from './initials.tsx'

/** Who it is, with what a list says of them below the name; opens their dialog. */
export function CustomerName({
  customer: { id, displayName, phone },
  detail,
  onOpen,
}: {
  customer: Pick<Customer, 'id' | 'displayName' | 'phone'>
  /** Instead of the phone number. */
  detail?: string
  onOpen: (id: string) => void
}) {
  const words = useWords().customers
  return (
    <>
      <Initials name={displayName} />
      <button
        type="button"
        data-name
        className={classes['open']}
        aria-label={words.open(displayName)}
        title={detail === undefined ? undefined : phone}
        onClick={() => onOpen(id)}
      >
        <span className={classes['name']}>{displayName}</span>
        <span className={`${classes['detail']} figure`}>{detail ?? phone}</span>
      </button>
    </>
  )
}
