import { Title } from '@mantine/core'
import type { PaymentDetail } from '../../api/payment-shapes.ts'
import { useFormat } from '../../language/language.tsx'
import { usePaymentWords } from '../../language/payment-words.ts'
import classes from './payments.module.css'

/** What the provider sent about a payment, as it came, for whoever has to find out why. */
export function Callbacks({ callbacks }: Pick<PaymentDetail, 'callbacks'>) {
  const words = usePaymentWords()
  const format = useFormat()
  if (callbacks.length === 0) return null
  return (
    <section aria-label={words.callbacks}>
      <Title order={3} size="sm">
        {words.callbacks}
      </Title>
      {callbacks.map(({ id, outcome, receivedAt, raw }) => (
        <details key={id} className={classes['callback']}>
          <summary>
            <span>{words.outcomes[outcome]}</span>
            <span className={`${classes['small']} figure`}>{format.dateTime(receivedAt)}</span>
          </summary>
          <pre className={classes['raw']} tabIndex={0} data-testid="raw-callback">
            {pretty(raw)}
          </pre>
        </details>
      ))}
    </section>
  )
}

/** What is no JSON is shown as it came. */
function pretty(raw: string): string {
  try {
    return JSON.stringify(JSON.parse(raw), null, 2)
  } catch {
    return raw
  }
}
