import { randomUUID } from 'node:crypto'
import { Random } from '../../scripts/random.ts'
import type { Booking, BookingBook, KnownBooking } from './booking-book.ts'
import { createPersistence } from './persistence.ts'
import type { Payer } from './payer.ts'
import { createShift, type Shift } from './shift.ts'

export type ReceptionOptions = {
  readonly apiUrl: string
  readonly tenant: string
  readonly getToken: () => Promise<string>
  readonly payers: readonly Payer[]
  readonly book: BookingBook
  readonly seed: number
}

/** Somebody who makes bookings, changes them, calls them off, and asks until it is answered. */
export type Reception = Shift & { readonly answeredAtMs: number }

const THINK_MS = { min: 100, max: 300 }
const FINAL = [200, 201, 412]
const chances = { twiceAtOnce: 0.1, again: 0.15 }
const once = { twiceAtOnce: 0, again: 0 }
/** Each is a row more on every list; from then on they are only changed. */
const BOOKED_MAX = 200
const STARTS_AT = '2030-01-01T10:00:00.000Z'

export function openReception({ apiUrl, tenant, getToken, payers, book, seed }: ReceptionOptions): Reception {
  const random = new Random(seed)
  const closing = new AbortController()
  const persistence = createPersistence({
    apiUrl,
    signIn: getToken,
    random,
    closing: closing.signal,
    final: FINAL,
    walkAway: 0,
    report: (breach) => book.report(breach),
  })
  let booked = 0

  async function step(): Promise<void> {
    const known = book.of(tenant)
    if (known.length === 0 || (booked < BOOKED_MAX && random.chance(0.4))) await make()
    else await change(random.pick(known))
    await persistence.pause(THINK_MS)
  }

  async function make(): Promise<void> {
    booked++
    const { customerId, phone } = random.pick(payers)
    const booking = { tenant, name: randomUUID(), customerId, status: 'booked', amountMinor: random.int(0, 99) * 100 }
    const { name, amountMinor } = booking
    const whom = customerId === null ? {} : random.pick([{ customerId }, { phone }])
    book.ask(booking)
    const body = JSON.stringify({ ...whom, startsAt: STARTS_AT, amountMinor, note: name })
    const wish = { method: 'POST', path: '/api/admin/bookings', key: name, body } as const
    const answers = await persistence.repeat(wish, chances)
    book.compare(name, answers)
    if (answers[0]) book.answer(booking, answers[0])
  }

  /** It may be sent again after it was done, and payments for it make it another version meanwhile: then for that one. */
  async function change(known: KnownBooking): Promise<void> {
    const { status, amountMinor } = random.pick([
      { ...known, amountMinor: random.int(0, 99) * 100 },
      { ...known, status: random.pick(['booked', 'completed', 'no_show']) },
      { ...known, status: 'cancelled' },
    ])
    const wanted: Booking = { ...known, status, amountMinor }
    book.ask(wanted)
    let { version } = known
    for (;;) {
      const body = JSON.stringify({ status, amountMinor })
      const headers = { 'if-match': `"${version}"` }
      const wish = { method: 'PATCH', path: `/api/admin/bookings/${known.id}`, body, headers } as const
      const [answer] = await persistence.repeat(wish, once)
      if (!answer) return
      if (answer.status !== 412) return book.answer(wanted, answer)
      version = (JSON.parse(answer.text) as { current: { version: number } }).current.version
    }
  }

  return {
    ...createShift(step, closing),
    get answeredAtMs() {
      return persistence.answeredAtMs
    },
  }
}
