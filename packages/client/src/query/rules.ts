import { customerList, customerRecord, lookup } from './customer-rules.ts'
import type { CustomersParams, Resource } from './keys.ts'
import { patchBy, type Patch } from './patch.ts'

/** How what is asked for by keys of a resource is changed in place, given the last part of the key. */
export type Patches = { readonly [R in Resource]?: (params: object) => Patch }

/** What every bridge changes in place: customers, wherever they are shown. */
export const patches: Patches = {
  customers: ({ sort = 'name', ...asked }: CustomersParams) => patchBy(customerList({ ...asked, sort })),
  customer: () => patchBy(customerRecord),
  vip: () => patchBy(customerList({ vip: true, sort: 'vipSince', order: 'desc' })),
  vipCandidates: () => patchBy(customerList({ vip: false, sort: null })),
  lookup: () => patchBy(lookup),
}

/** What has no patch is read again, whatever an event has done to it. */
export const readAgain: Patch = patchBy({ asks: () => true })
