export type Seats = {
  /** Takes a seat and gives the way to leave it; null when the server or the tenant has none free. */
  readonly take: (tenant: string | null) => (() => void) | null
}

/**
 * Counts sockets against the limits of the server and of each tenant. A customer's socket counts against the server's
 * only.
 */
export function createSeats(limits: { readonly max: number; readonly tenantMax: number }): Seats {
  const byTenant = new Map<string, number>()
  let total = 0

  return {
    take(tenant) {
      const ofTenant = tenant === null ? 0 : (byTenant.get(tenant) ?? 0)
      if (total >= limits.max || ofTenant >= limits.tenantMax) return null
      change(tenant, 1)
      return () => change(tenant, -1)
    },
  }

  function change(tenant: string | null, by: 1 | -1): void {
    total += by
    if (tenant === null) return
    const count = (byTenant.get(tenant) ?? 0) + by
    if (count > 0) byTenant.set(tenant, count)
    else byTenant.delete(tenant)
  }
}
