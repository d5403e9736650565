import type { StaffRole } from '../db/tables.ts'
import { ApiError } from '../errors.ts'
import type { Role } from '../http/app-types.ts'

/**
 * Who may take on or dismiss whom: owners anybody, admins cashiers only.
 *
 * @throws ApiError role-not-allowed
 */
export function requireAuthority(caller: Role, over: StaffRole): void {
  if (caller === 'owner' || (caller === 'admin' && over === 'cashier')) return
  throw new ApiError('role-not-allowed', `the role ${caller} may not manage the role ${over}; an owner may`)
}
