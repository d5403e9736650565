import type { BookingBook } from './booking-book.ts'
import { openCashier, type Cashier } from './cashier.ts'
import { mpesaCollection, paystackCollection } from './collection.ts'
import { openCollector, type Collector } from './collector.ts'
import { openForger } from './forger.ts'
import type { Payer } from './payer.ts'
import type { PaymentBook } from './payment-book.ts'
import type { Platform, PlatformTenant } from './platform.ts'
import { openProvider, type Provider } from './provider.ts'
import { openReception, type Reception } from './reception.ts'
import type { Shift } from './shift.ts'

/** Who makes bookings and takes payments for them or for anything, and who only says so. */
export type Takers = {
  readonly receptions: readonly Reception[]
  readonly cashiers: readonly Cashier[]
  readonly providers: readonly Provider[]
  readonly collectors: readonly Collector[]
  readonly forgers: readonly Shift[]
}

export type TakersBooks = { readonly payments: PaymentBook; readonly bookings: BookingBook }

export function openTakers(platform: Platform, { payments, bookings }: TakersBooks, seed: number): Takers {
  const { front, tokens, tenants, money } = platform
  const { paystack, mpesa } = money
  const taking = (tenant: PlatformTenant) => ({
    apiUrl: front.url,
    tenant: tenant.id,
    getToken: () => tokens.issue(tenant.id),
    payers: payersOf(tenant),
    bookings: () => bookings.of(tenant.id),
    book: payments,
  })
  return {
    receptions: tenants.map((tenant, index) =>
      openReception({ ...taking(tenant), book: bookings, seed: seed + 3_000 + index }),
    ),
    cashiers: tenants.map((tenant, index) => openCashier({ ...taking(tenant), seed: seed + 3_100 + index })),
    providers: tenants.map((tenant, index) => {
      const { paystackKey: secretKey, currency } = tenant
      return openProvider({ ...taking(tenant), secretKey, currency, seed: seed + 4_000 + index })
    }),
    collectors: tenants.flatMap((tenant, index) =>
      [mpesaCollection(mpesa), paystackCollection(paystack, tenant.id, tenant.paystackKey)].map((collection, which) =>
        openCollector({ ...taking(tenant), collection, seed: seed + 5_000 + 10 * index + which }),
      ),
    ),
    forgers: tenants.map((tenant, index) => {
      const others = tenants[(index + 1) % tenants.length]!
      const { customerIds } = tenant
      return openForger({ ...taking(tenant), tenant, customerIds, others, paystack, mpesa, seed: seed + 6_000 + index })
    }),
  }
}

/** Members, and somebody whom the business does not know: nobody has their points. */
function payersOf({ phones, customerIds }: PlatformTenant): Payer[] {
  const members = phones.map((phone, index) => ({ phone, customerId: customerIds[index]! }))
  return [...members, { phone: '+447700900999', customerId: null }]
}
