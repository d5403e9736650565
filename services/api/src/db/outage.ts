/**
 * Why the database cannot do our work: words that stay the same, for whoever may ask. They say nothing of the inside; the
 * driver's own words do, and belong in the log.
 */
export type Outage =
  | 'database-unreachable'
  | 'database-silent'
  | 'database-login-refused'
  | 'database-not-migrated'
  | 'database-disk-full'
  | 'database-out-of-connections'
  | 'database-failing'

/** Names the outage that an error of the driver tells of. `database-failing` is all that has no name of its own. */
export function outageOf(error: unknown): Outage {
  const { code = '', message = '' } = error as { code?: string; message?: string }
  return CAUSES.find(([, codes, words]) => codes.test(code) || words?.test(message))?.[0] ?? 'database-failing'
}

/** By SQLSTATE or by Node's code; by words where the driver has no code. The first that fits. */
const CAUSES: readonly (readonly [Outage, RegExp, RegExp?])[] = [
  ['database-silent', /^57014$|^ETIMEDOUT$/, /timeout|no answer/i],
  [
    'database-unreachable',
    /^(08|57P)|^(ECONN\w+|EHOSTUNREACH|ENETUNREACH|ENOENT|ENOTFOUND|EAI_AGAIN|EPIPE)$/,
    /terminated/,
  ],
  ['database-not-migrated', /^42P01$|^42883$/, /role "loyalty_app" does not exist/],
  ['database-login-refused', /^(28|3D)|^55000$/], // 55000: the database accepts no connections
  ['database-disk-full', /^53100$/],
  ['database-out-of-connections', /^53300$/],
]
