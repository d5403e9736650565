import { compareAnswers, type Answer } from './answer.ts'
import type { Breach } from './breach.ts'

/** What whoever makes a booking says of it. */
export type Booking = {
  readonly tenant: string
  /** Its note, which nothing else has. */
  readonly name: string
  readonly customerId: string | null
  readonly status: string
  readonly amountMinor: number
}

/** A booking that was answered to be so. */
export type KnownBooking = Booking & { readonly id: string; readonly version: number }

/** A booking, as PostgreSQL holds it. */
export type FoundBooking = KnownBooking & {
  readonly paymentStatus: string
  /** Of the payments for it. */
  readonly cameInMinor: number
  readonly wentBackMinor: number
}

/**
 * What was said of bookings, to hold the database against: each is there once, as it was answered last, and its payment status
 * is what its payments make of it.
 */
export class BookingBook {
  readonly #known = new Map<string, KnownBooking>()
  /** What was asked for and not answered yet: it may be so by now. */
  readonly #asked = new Map<string, Booking>()
  /** Made or made different since the last check. */
  readonly #changed = new Set<string>()
  readonly #found: Breach[] = []
  /** Bookings that were made, and changes of them. */
  answered = 0

  /** Bookings of a tenant that were answered to be there. */
  of(tenant: string): KnownBooking[] {
    return [...this.#known.values()].filter((booking) => booking.tenant === tenant)
  }

  /** Somebody is about to ask for it, or to change it into this. */
  ask(booking: Booking): void {
    this.#asked.set(booking.name, booking)
  }

  /** What was asked for was answered to be so. */
  answer(booking: Booking, { status, text }: Answer): void {
    const { tenant, name } = booking
    const { id, version, ...told } = JSON.parse(text) as KnownBooking
    if ((status !== 200 && status !== 201) || contentOf({ ...told, tenant }) !== contentOf(booking))
      return this.report({ kind: 'wrong', detail: `${contentOf(booking)} was answered ${status} ${text}` })
    const before = this.#known.get(name)
    if (!before || contentOf(before) !== contentOf(booking)) this.#changed.add(name)
    this.#known.set(name, { ...booking, id, version })
    this.#asked.delete(name)
    this.answered++
  }

  /** Everything that was answered under one key. */
  compare(key: string, [first, ...others]: readonly Answer[]): void {
    for (const again of others) this.#found.push(...compareAnswers(key, first!, again))
  }

  report(breach: Breach): void {
    this.#found.push(breach)
  }

  /** Starts anew from what a restored database holds. */
  restart(bookings: readonly FoundBooking[]): void {
    this.#asked.clear()
    this.#changed.clear()
    this.#known.clear()
    for (const booking of bookings) this.#known.set(booking.name, booking)
  }

  /** Holds the bookings that were told of since the last check, as they are now, against the book. */
  check(bookings: readonly FoundBooking[]): Breach[] {
    const breaches = this.#found.splice(0)
    const ids = new Map<string, string>()
    for (const booking of bookings) {
      const other = ids.get(booking.name)
      if (other !== undefined)
        breaches.push({ kind: 'doubled', detail: `${describe(booking)} is there as ${other} too` })
      else breaches.push(...this.#checkOne(booking))
      ids.set(booking.name, booking.id)
    }
    for (const name of this.#changed) {
      const { tenant } = this.#known.get(name)!
      if (!ids.has(name))
        breaches.push({ kind: 'lost', detail: `booking ${name} of ${tenant} was answered, and nothing tells of it` })
    }
    this.#changed.clear()
    return breaches
  }

  #checkOne(booking: FoundBooking): Breach[] {
    const breaches: Breach[] = []
    const said = describe(booking)
    const known = this.#known.get(booking.name)
    if (known && known.id !== booking.id)
      breaches.push({ kind: 'doubled', detail: `${said} is there as ${known.id} too` })
    const accepted = [known, this.#asked.get(booking.name)].flatMap((each) => (each ? [contentOf(each)] : []))
    const found = contentOf(booking)
    if (!accepted.includes(found))
      breaches.push({ kind: 'wrong', detail: `${said} is ${found}, not ${accepted.join(' or ') || 'asked for'}` })
    const due = paymentStatusOf(booking)
    if (booking.paymentStatus !== due)
      breaches.push({ kind: 'wrong', detail: `${said} is ${booking.paymentStatus}, its payments make it ${due}` })
    return breaches
  }
}

const describe = ({ id, name, tenant }: FoundBooking) => `booking ${id} (${name}) of ${tenant}`

const contentOf = ({ tenant, customerId, status, amountMinor }: Booking) =>
  JSON.stringify({ tenant, customerId, status, amountMinor })

function paymentStatusOf({ amountMinor, cameInMinor, wentBackMinor }: FoundBooking): string {
  const keptMinor = cameInMinor - wentBackMinor
  if (cameInMinor === 0) return 'unpaid'
  if (keptMinor === 0) return 'refunded'
  return keptMinor >= amountMinor ? 'paid' : 'partly'
}
