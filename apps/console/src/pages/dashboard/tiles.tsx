import type { Dashboard } from '@loyalty-live/client/query'
import { useDashboardWords } from '../../language/dashboard-words.ts'
import { useFormat, useWords } from '../../language/language.tsx'
import classes from './dashboard.module.css'
import { byUse } from './steps.ts'
import { LoadingTile, Tile } from './tile.tsx'

/** The figures of the period, each beside the one before. Null: they are on their way. */
export function Tiles({ dashboard }: { dashboard: Dashboard | null }) {
  const words = useDashboardWords()
  return (
    <ul className={classes['tiles']} aria-label={words.figures} data-testid="figures">
      {dashboard ? (
        // What another period says is no change.
        <Figures key={dashboard.period} dashboard={dashboard} />
      ) : (
        [words.revenue, words.payments, words.clients, words.bookings, words.points].map((label) => (
          <LoadingTile key={label} label={label} />
        ))
      )}
    </ul>
  )
}

function Figures({ dashboard }: { dashboard: Dashboard }) {
  const { period, revenue, clients, bookings, points } = dashboard
  const words = useDashboardWords()
  const providerNames = useWords().money.providers
  const format = useFormat()
  const compared = (now: number, before: number, word: (figure: number) => string = format.number) => ({
    now,
    before,
    wordBefore: words.than(word(before)),
    wordInFull: words.thanIn(word(before), words.before[period]),
  })
  const payments = revenue.reduce((sum, money) => sum + money.payments, 0)
  const previousPayments = revenue.reduce((sum, { previous }) => sum + previous.payments, 0)
  const made = allOf(bookings)

  return (
    <>
      {revenue.length === 0 && (
        <Tile label={words.revenue} figure={words.nothing} change={null} testId="revenue">
          {words.noRevenue}
        </Tile>
      )}
      {byUse(revenue).map(({ currency, revenueMinor, refundedMinor, previous }) => (
        <Tile
          key={currency}
          label={revenue.length === 1 ? words.revenue : `${words.revenue} ${currency}`}
          figure={format.moneyBrief(revenueMinor, currency)}
          change={compared(revenueMinor, previous.revenueMinor, (minor) => format.moneyBrief(minor, currency))}
          testId={`revenue-${currency}`}
        >
          {refundedMinor === 0 ? words.noRefunds : words.refunded(format.moneyBrief(refundedMinor, currency))}
        </Tile>
      ))}
      <Tile
        label={words.payments}
        figure={format.number(payments)}
        change={compared(payments, previousPayments)}
        testId="payments"
      >
        {providersOf(revenue)
          .map(([provider, count]) => `${providerNames[provider]} ${format.number(count)}`)
          .join(' · ')}
      </Tile>
      <Tile
        label={words.clients}
        figure={format.number(clients.total)}
        change={compared(clients.total, clients.previous.total)}
        testId="clients"
      >
        {words.newAndReturning(format.number(clients.new), format.number(clients.returning))}
      </Tile>
      <Tile
        label={words.bookings}
        figure={format.number(made)}
        change={compared(made, allOf(bookings.previous))}
        testId="bookings"
      >
        {bookingStates
          .filter((state) => bookings[state] > 0)
          .map((state) => words.bookingStates[state](format.number(bookings[state])))
          .concat(bookings.upcoming > 0 ? words.upcoming(format.number(bookings.upcoming)) : [])
          .join(' · ')}
      </Tile>
      <Tile
        label={words.points}
        figure={format.number(points.issued)}
        change={compared(points.issued, points.previous.issued)}
        testId="points"
      >
        {words.redeemedAndOutstanding(format.number(points.redeemed), format.number(points.outstanding))}
      </Tile>
    </>
  )
}

const bookingStates = ['booked', 'completed', 'noShow', 'cancelled'] as const

const allOf = (bookings: Readonly<Record<(typeof bookingStates)[number], number>>) =>
  bookingStates.reduce((sum, state) => sum + bookings[state], 0)

type Provider = Dashboard['revenue'][number]['providers'][number]['provider']

/** How many payments came by each, the most first, whatever the currency. */
function providersOf(revenue: Dashboard['revenue']): readonly (readonly [Provider, number])[] {
  const counts = new Map<Provider, number>()
  for (const { provider, payments } of revenue.flatMap(({ providers }) => providers)) {
    if (payments > 0) counts.set(provider, (counts.get(provider) ?? 0) + payments)
  }
  return [...counts].toSorted(([, one], [, other]) => other - one)
}
