import { PageTitle } from '../frame/page-title.tsx'
import { useCell } from '../live/cell.ts'
import { useCustomer } from '../live/live-customer.tsx'
import { PendingRequests } from '../notifications/pending-requests.tsx'
import { CountUp } from '../parts/count-up.tsx'
import { Empty, Waiting } from '../parts/states.tsx'
import { Go, go, paths } from '../paths.tsx'
import type { Card } from '../shapes.ts'
import { useLanguage, useWords } from '../words/language.tsx'
import classes from './cards.module.css'
import { LedgerSheet } from './ledger-sheet.tsx'
import { LoyaltyCard } from './loyalty-card.tsx'

/** All programmes of all businesses, with what is on them now; one of them may be open. */
export function CardsPage({ openCardId }: { openCardId: string | null }) {
  const { words, code } = useLanguage()
  const { store } = useCustomer()
  const cards = useCell(store.cards)
  const open = cards?.items.find(({ id }) => id === openCardId)

  return (
    <>
      <PageTitle>{words.cards.title}</PageTitle>
      <PendingRequests />
      {cards === null ? (
        <Waiting rows={2} heightPx={190} />
      ) : cards.items.length === 0 ? (
        <NoCards />
      ) : (
        <>
          <Totals cards={cards.items} />
          <ul className={classes['cards']}>
            {inOrder(cards.items, code).map((card) => (
              <li key={card.id}>
                <LoyaltyCard card={card} />
              </li>
            ))}
          </ul>
        </>
      )}
      {open && <LedgerSheet card={open} onClose={() => go(paths.cards)} />}
    </>
  )
}

function Totals({ cards }: { cards: readonly Card[] }) {
  const words = useWords().cards
  const businesses = new Set(cards.map(({ tenant }) => tenant)).size
  const sum = (of: 'balance' | 'earned' | 'redeemed') => cards.reduce((total, card) => total + card[of], 0)
  return (
    <section className={classes['totals']} aria-label={words.total}>
      <p className={classes['total']}>
        <strong className="figure" data-testid="total">
          <CountUp value={sum('balance')} />
        </strong>{' '}
        {words.points(sum('balance'))}
      </p>
      <p className={classes['where']}>{words.where(cards.length, businesses)}</p>
      <dl className={classes['sums']}>
        {(['earned', 'redeemed'] as const).map((of) => (
          <div key={of}>
            <dt>{words[of]}</dt>
            <dd className="figure" data-testid={`total-${of}`}>
              <CountUp value={sum(of)} />
            </dd>
          </div>
        ))}
      </dl>
    </section>
  )
}

function NoCards() {
  const words = useWords().cards
  return (
    <Empty title={words.emptyTitle} icon="cards">
      <p>{words.emptyText}</p>
      <Go to={paths.qr} className={classes['showQr']}>
        {words.showQr}
      </Go>
    </Empty>
  )
}

/** By name, so that no card moves away under a finger because points have moved. */
function inOrder(cards: readonly Card[], language: string): readonly Card[] {
  const { compare } = new Intl.Collator(language)
  return cards.toSorted(
    (one, other) =>
      compare(one.tenantName, other.tenantName) ||
      compare(one.programName, other.programName) ||
      (one.id < other.id ? -1 : 1),
  )
}
