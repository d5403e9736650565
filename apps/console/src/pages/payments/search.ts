import type { ListParams } from '@loyalty-live/client/query'
import type { Payment } from '../../api/payment-shapes.ts'
import { daysLater, momentOf } from '../../time/zoned.ts'
import { readOpenCustomer, type OpenCustomerSearch } from '../customer/open-customer.ts'

export const statuses = ['pending', 'succeeded', 'failed', 'refunded'] as const satisfies Payment['status'][]
export const ways = [
  'mpesa',
  'paystack',
  'cash',
  'card',
  'bank_transfer',
  'other',
] as const satisfies Payment['provider'][]

/** What the address of the payments page says. */
export type PaymentsSearch = OpenCustomerSearch & {
  readonly status?: Payment['status']
  readonly provider?: Payment['provider']
  /** As 2026-11-21. */
  readonly day?: string
  /** Whose payments: id of a customer. */
  readonly of?: string
  /** Which payment is open. */
  readonly payment?: string
}

export function readPaymentsSearch(search: Record<string, unknown>): PaymentsSearch {
  const { day, of, payment } = search
  const status = statuses.find((known) => known === search['status'])
  const provider = ways.find((known) => known === search['provider'])
  return {
    ...readOpenCustomer(search),
    ...(status ? { status } : {}),
    ...(provider ? { provider } : {}),
    ...(typeof day === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(day) && !Number.isNaN(Date.parse(day)) ? { day } : {}),
    ...(typeof of === 'string' ? { of } : {}),
    ...(typeof payment === 'string' ? { payment } : {}),
  }
}

/** What is asked of the API; a day is one of the business. */
export function toPaymentsParams({ status, provider, day, of }: PaymentsSearch, timeZone: string): ListParams {
  return {
    status,
    provider,
    customerId: of,
    ...(day === undefined
      ? {}
      : {
          from: momentOf(`${day}T00:00`, timeZone).toISOString(),
          to: momentOf(`${daysLater(day, 1)}T00:00`, timeZone).toISOString(),
        }),
  }
}
