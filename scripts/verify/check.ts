/** One thing that must hold, as a query that gives the rows for which it does not. */
export type Check = {
  /** Short and stable, for tables and for looking it up. */
  readonly name: string
  /** What holds when no row is found. */
  readonly claim: string
  /**
   * Set-based, one pass. $1: a tenant, or null for all. $2, where it is used: events and notifications since then are
   * kept, those before may have been dropped.
   */
  readonly sql: string
}

/** SQL: whether a row is of the tenant that is asked for. */
export const ofTenant = (table: string) => `($1::text is null or ${table}.tenant_id = $1)`
