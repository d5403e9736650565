import { createHash } from 'node:crypto'
import { fields } from '@loyalty-live/events'
import { z } from 'zod'
import type { Config } from '../config.ts'
import type { Db } from '../db/connect.ts'
import { withCustomer, withTenant } from '../db/tenant-scope.ts'
import type { App } from '../http/app-types.ts'
import { passwordChecker } from '../http/auth/password.ts'
import type { KeyRing } from '../http/auth/signing-keys.ts'
import { responses } from '../http/problem.ts'
import { signInLimit } from '../http/rate-limit.ts'
import type { CustomerCodes } from './customer-codes.ts'
import { customerSignInRoutes } from './customer-routes.ts'
import { attemptKeys } from './failed-attempts.ts'
import { createSessionOpener, customerSession, tenantSession } from './open-session.ts'
import { createProver } from './prove.ts'
import { customerTokens, tenantTokens } from './refresh-tokens.ts'
import { continueSession, endSession, invalid, ownerOfToken, startSession, type Subject } from './sessions.ts'
import { findByEmail, findCustomer, findOfTenant, findTerminal, tenantName } from './subjects.ts'

export type SignInOptions = {
  db: Db
  sign: NonNullable<KeyRing['sign']>
  auth: Config['auth']
  attemptsPerMinute: number
  codes: CustomerCodes
}

/** Sign-in with our own keys. Absent when an outside identity provider issues the tokens. */
export function signInRoutes(app: App, { db, sign, auth, attemptsPerMinute, codes }: SignInOptions): void {
  const limited = (accountOf: (body: unknown) => string) => ({
    access: 'public' as const,
    rateLimit: signInLimit(attemptsPerMinute, accountOf),
  })
  const prove = createProver(attemptsPerMinute)
  const open = createSessionOpener(sign, auth)
  const checkPassword = passwordChecker()
  customerSignInRoutes(app, { db, auth, attemptsPerMinute, codes, open, prove })

  app.route({
    method: 'POST',
    url: '/api/auth/login',
    config: limited((body) => {
      const { tenant, email } = body as { tenant?: unknown; email?: unknown }
      return `${String(tenant)} ${String(email).toLowerCase()}`
    }),
    schema: {
      tags: ['sign-in'],
      summary: 'Sign in as a member of staff',
      body: z.strictObject({
        tenant: fields.tenantId,
        email: z.email().max(254),
        password: z.string().min(1).max(200),
      }),
      response: responses({ 200: tenantSession }, 'sign-in-failed'),
    },
    handler: async ({ ip, body: { tenant, email, password } }, reply) => {
      const account = `${tenant} ${email.toLowerCase()}`
      // One answer for every reason: which addresses exist is nobody's business. No connection is held meanwhile.
      const person = await prove(attemptKeys(ip, account), reply, async () => {
        const candidate = await withTenant(db, tenant, (trx) => findByEmail(trx, tenant, email.toLowerCase()))
        return (await checkPassword(password, candidate?.password_hash)) ? candidate : undefined
      })
      const subject: Subject = { kind: 'staff', id: person.id, name: person.name, role: person.role }
      const refreshToken = await withTenant(db, tenant, (trx) =>
        startSession(tenantTokens(trx, tenant), subject, auth.refreshDays),
      )
      return open.ofTenant(subject, { id: tenant, name: person.tenant_name }, refreshToken)
    },
  })

  app.route({
    method: 'POST',
    url: '/api/auth/terminal',
    config: limited((body) =>
      createHash('sha256')
        .update(String((body as { key?: unknown }).key))
        .digest('hex'),
    ),
    schema: {
      tags: ['sign-in'],
      summary: 'Sign in as a terminal',
      body: z.strictObject({ key: z.string().min(8).max(200) }),
      response: responses({ 200: tenantSession }, 'sign-in-failed'),
    },
    handler: async ({ ip, body: { key } }, reply) => {
      const terminal = await prove(attemptKeys(ip), reply, () => findTerminal(db, key))
      const { tenant_id: tenant, id, name, tenant_name: nameOfTenant } = terminal
      const subject: Subject = { kind: 'terminal', id, name, role: 'terminal' }
      const refreshToken = await withTenant(db, tenant, (trx) =>
        startSession(tenantTokens(trx, tenant), subject, auth.refreshDays),
      )
      return open.ofTenant(subject, { id: tenant, name: nameOfTenant }, refreshToken)
    },
  })

  app.route({
    method: 'POST',
    url: '/api/auth/refresh',
    config: limited((body) => String((body as { refreshToken?: unknown }).refreshToken)),
    schema: {
      tags: ['sign-in'],
      summary: 'The next pair of tokens',
      body: z.strictObject({ refreshToken: z.string().min(1).max(200) }),
      response: responses({ 200: z.union([tenantSession, customerSession]) }, 'refresh-token-invalid'),
    },
    handler: async ({ body: { refreshToken } }) => {
      const owner = ownerOfToken(refreshToken)
      return 'tenant' in owner
        ? continueOfTenant(owner.tenant, refreshToken)
        : continueOfCustomer(owner.customer, refreshToken)
    },
  })

  app.route({
    method: 'POST',
    url: '/api/auth/logout',
    config: { access: 'public' },
    schema: {
      tags: ['sign-in'],
      summary: 'Give up a refresh token',
      body: z.strictObject({ refreshToken: z.string().min(1).max(200) }),
      response: responses({ 204: z.null().meta({ description: 'Nothing is left of it, if there was any' }) }),
    },
    handler: async ({ body: { refreshToken } }, reply) => {
      const owner = ownerOfToken(refreshToken)
      if ('tenant' in owner) {
        await withTenant(db, owner.tenant, (trx) => endSession(tenantTokens(trx, owner.tenant), refreshToken))
      } else {
        await withCustomer(db, owner.customer, (trx) => endSession(customerTokens(trx, owner.customer), refreshToken))
      }
      return reply.code(204).send(null)
    },
  })

  async function continueOfTenant(tenant: string, token: string) {
    const continued = await withTenant(db, tenant, async (trx) => {
      const find = (kind: Subject['kind'], id: string) => findOfTenant(trx, tenant, kind, id)
      const next = await continueSession(tenantTokens(trx, tenant), token, find, auth.refreshDays)
      return next === 'reused' ? next : { ...next, tenantName: await tenantName(trx, tenant) }
    })
    // Thrown after the commit, or the family would live on.
    if (continued === 'reused') throw invalid()
    return open.ofTenant(continued.subject, { id: tenant, name: continued.tenantName }, continued.refreshToken)
  }

  async function continueOfCustomer(customer: string, token: string) {
    const continued = await withCustomer(db, customer, (trx) => {
      const find = () => findCustomer(trx, customer)
      return continueSession(customerTokens(trx, customer), token, find, auth.refreshDays)
    })
    if (continued === 'reused') throw invalid()
    return open.ofCustomer(continued.subject, continued.refreshToken)
  }
}
