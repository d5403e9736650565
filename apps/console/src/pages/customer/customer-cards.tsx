import { Text, Title } from '@mantine/core'
import type { CustomerRecord } from '@loyalty-live/client/query'
import { EnrolmentSlots } from '../../engagement/enrolment-slots.tsx'
import { useFormat, useWords } from '../../language/language.tsx'
import classes from './customer-dialog.module.css'

/** The customer's cards, each with its balance and what came and went; and the programmes in which there is none. */
export function CustomerCards({
  customer: { id: customerId, cards },
  programNames,
}: {
  customer: CustomerRecord
  programNames: ReadonlyMap<string, string>
}) {
  const words = useWords().customer
  const format = useFormat()
  return (
    <section aria-label={words.cards}>
      <Title order={3} size="sm" mb="xs">
        {words.cards}
      </Title>
      {cards.length === 0 && <Text c="dimmed">{words.noCards}</Text>}
      <ul className={classes['cards']}>
        {cards.map(({ id, programId, balance, earned, redeemed }) => (
          <li key={id} className={classes['card']} data-card={id}>
            <div className={classes['program']}>{programNames.get(programId) ?? '\u00A0'}</div>
            <div className={`${classes['balance']} figure`} data-testid="card-balance">
              {format.number(balance)}
            </div>
            <div className={`${classes['sums']} figure`}>
              <span>
                {words.earned} {format.number(earned)}
              </span>
              <span>
                {words.redeemed} {format.number(redeemed)}
              </span>
            </div>
          </li>
        ))}
      </ul>
      <EnrolmentSlots customerId={customerId} />
    </section>
  )
}
