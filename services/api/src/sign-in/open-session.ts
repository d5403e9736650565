import { fields } from '@loyalty-live/events'
import { z } from 'zod'
import type { Config } from '../config.ts'
import type { KeyRing } from '../http/auth/signing-keys.ts'
import { isoTime, uuid } from '../http/fields.ts'
import type { Subject } from './sessions.ts'

const tokens = {
  token: z.string().meta({ description: 'Access token, a JWT: send it as authorization: Bearer' }),
  expiresAt: isoTime,
  refreshToken: z.string().meta({ description: 'For one use: POST /api/auth/refresh gives the next pair' }),
}

/** Of staff and terminals. */
export const tenantSession = z
  .object({
    ...tokens,
    user: z.object({
      id: uuid,
      name: z.string(),
      role: z.enum(['owner', 'admin', 'cashier', 'terminal']),
      tenant: fields.tenantId,
      tenantName: z.string(),
    }),
  })
  .meta({ title: 'Session' })

/** Of a customer, who is of no tenant. */
export const customerSession = z
  .object({ ...tokens, user: z.object({ id: uuid, name: z.string(), role: z.literal('customer') }) })
  .meta({ title: 'CustomerSession' })

type TenantSession = z.infer<typeof tenantSession>

export type SessionOpener = {
  ofTenant(
    subject: Subject,
    tenant: { readonly id: string; readonly name: string },
    refreshToken: string,
  ): Promise<TenantSession>
  ofCustomer(subject: Subject, refreshToken: string): Promise<z.infer<typeof customerSession>>
}

/** Makes the answer of a sign-in: an access token of whoever it is, and the refresh token beside it. */
export function createSessionOpener(
  sign: NonNullable<KeyRing['sign']>,
  { tokenSeconds }: Pick<Config['auth'], 'tokenSeconds'>,
): SessionOpener {
  async function accessToken({ id, name, role }: Subject, tenant?: string) {
    const issuedAt = new Date()
    const expiresAt = new Date(issuedAt.getTime() + tokenSeconds * 1000)
    const token = await sign({ subject: id, tenant, role, name, issuedAt, expiresAt })
    return { token, expiresAt: expiresAt.toISOString() }
  }

  return {
    async ofTenant(subject, tenant, refreshToken) {
      const { id, name } = subject
      const role = subject.role as TenantSession['user']['role']
      const user = { id, name, role, tenant: tenant.id, tenantName: tenant.name }
      return { ...(await accessToken(subject, tenant.id)), refreshToken, user }
    },
    async ofCustomer(subject, refreshToken) {
      const { id, name } = subject
      return { ...(await accessToken(subject)), refreshToken, user: { id, name, role: 'customer' } }
    },
  }
}
