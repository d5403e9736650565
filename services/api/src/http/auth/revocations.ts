/**
 * Subjects whose tokens no longer count although they have not expired.
 *
 * The table is the truth; this is its copy in memory, so that a request costs no query. It is told at once (a notification
 * from whoever revoked, in any process) and read again at every connect and every half minute, so that a notification that
 * was lost is not missed for long.
 */
export type Revocation = { readonly tenant: string; readonly subject: string; readonly until: Date }

export class Revocations {
  #until = new Map<string, Revocation>()

  add(revocation: Revocation): void {
    this.#until.set(keyOf(revocation.tenant, revocation.subject), revocation)
  }

  /** Takes over what the table says. */
  replace(all: readonly Revocation[]): void {
    this.#until = new Map(all.map((revocation) => [keyOf(revocation.tenant, revocation.subject), revocation]))
  }

  has(tenant: string, subject: string): boolean {
    return this.#until.has(keyOf(tenant, subject))
  }

  all(): Revocation[] {
    return [...this.#until.values()]
  }
}

const keyOf = (tenant: string, subject: string) => `${tenant} ${subject}`
