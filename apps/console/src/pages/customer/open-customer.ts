/** Whose dialog is open, in the address of a page: Back closes it. */
export type OpenCustomerSearch = { readonly customer?: string }

export function readOpenCustomer({ customer }: Record<string, unknown>): OpenCustomerSearch {
  return typeof customer === 'string' ? { customer } : {}
}
