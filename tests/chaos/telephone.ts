import { Random } from '../../scripts/random.ts'
import { createCustomer, type Customer } from './customer.ts'
import { openCustomerScreen, type CustomerScreen, type CustomerScreenOptions } from './customer-screen.ts'
import type { EngagementBook } from './engagement-book.ts'
import { createShift, type Shift } from './shift.ts'

/** A customer who shows codes, answers what they are asked, and has a screen open all the while. */
export type Telephone = Shift & CustomerScreen & Pick<Customer, 'showQr'>

export type TelephoneOptions = CustomerScreenOptions & { readonly book: EngagementBook; readonly seed: number }

const THINK_MS = { min: 100, max: 300 }

export function openTelephone({ book, seed, ...options }: TelephoneOptions): Telephone {
  const { apiUrl, getToken } = options
  const random = new Random(seed)
  const closing = new AbortController()
  const customer = createCustomer({ apiUrl, getToken, book, random, closing: closing.signal })
  const screen = openCustomerScreen(options)

  const shift = createShift(async () => {
    await customer.decideAll()
    await customer.pause(THINK_MS)
  }, closing)

  return {
    ...screen,
    ...shift,
    showQr: () => customer.showQr(),
    async close() {
      await shift.close()
      await screen.client.stop()
    },
  }
}
