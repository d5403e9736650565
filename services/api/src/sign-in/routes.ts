import { createHash } from 'node:crypto'
import { fields } from '@loyalty-live/events'
import type { FastifyReply } from 'fastify'
import { sql } from 'kysely'
import { z } from 'zod'
import type { Config } from '../config.ts'
import type { Db } from '../db/connect.ts'
import { withTenant, type TenantTransaction } from '../db/tenant-scope.ts'
import { ApiError } from '../errors.ts'
import type { App } from '../http/app-types.ts'
import type { KeyRing } from '../http/auth/signing-keys.ts'
import { isoTime, uuid } from '../http/fields.ts'
import { responses } from '../http/problem.ts'
import { signInLimit } from '../http/rate-limit.ts'
import { passwordChecker } from '../http/auth/password.ts'
import { attemptKeys, createFailedAttempts } from './failed-attempts.ts'
import { continueSession, endSession, invalid, startSession, tenantOfToken, type Subject } from './sessions.ts'

/** What an account, or an address, may fail at in a minute, in attempts of one account at one address. */
const FAILURES_FACTOR = 5

export type SignInOptions = {
  db: Db
  sign: NonNullable<KeyRing['sign']>
  auth: Config['auth']
  attemptsPerMinute: number
}

const session = z
  .object({
    token: z.string().meta({ description: 'Access token, a JWT: send it as authorization: Bearer' }),
    expiresAt: isoTime,
    refreshToken: z.string().meta({ description: 'For one use: POST /api/auth/refresh gives the next pair' }),
    user: z.object({
      id: uuid,
      name: z.string(),
      role: z.enum(['owner', 'admin', 'cashier', 'terminal']),
      tenant: fields.tenantId,
      tenantName: z.string(),
    }),
  })
  .meta({ title: 'Session' })

/** Sign-in with our own keys. Absent when an outside identity provider issues the tokens. */
export function signInRoutes(app: App, { db, sign, auth, attemptsPerMinute }: SignInOptions): void {
  const limited = (accountOf: (body: unknown) => string) => ({
    access: 'public' as const,
    rateLimit: signInLimit(attemptsPerMinute, accountOf),
  })
  const failures = createFailedAttempts(FAILURES_FACTOR * attemptsPerMinute)
  const checkPassword = passwordChecker()

  /** Finds out who it is, unless too many have failed lately under these keys; that nobody is found is a failure. */
  async function prove<T>(
    keys: readonly string[],
    reply: FastifyReply,
    find: () => Promise<T | undefined>,
  ): Promise<T> {
    const waitSeconds = failures.waitSeconds(keys)
    if (waitSeconds > 0) {
      void reply.headers({ 'retry-after': waitSeconds, 'ratelimit-remaining': 0, 'ratelimit-reset': waitSeconds })
      throw new ApiError('rate-limited', `too many sign-ins have failed; try again in ${waitSeconds} s`)
    }
    const found = await find()
    if (found !== undefined) return found
    failures.count(keys)
    throw new ApiError('sign-in-failed', 'these credentials do not fit')
  }

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
      response: responses({ 200: session }, 'sign-in-failed'),
    },
    handler: async ({ ip, body: { tenant, email, password } }, reply) => {
      const account = `${tenant} ${email.toLowerCase()}`
      // One answer for every reason: which addresses exist is nobody's business. No connection is held meanwhile.
      const person = await prove(attemptKeys(ip, account), reply, async () => {
        const candidate = await withTenant(db, tenant, (trx) => findByEmail(trx, tenant, email.toLowerCase()))
        return (await checkPassword(password, candidate?.password_hash)) ? candidate : undefined
      })
      const subject: Subject = { kind: 'staff', id: person.id, name: person.name, role: person.role }
      const refreshToken = await withTenant(db, tenant, (trx) => startSession(trx, tenant, subject, auth.refreshDays))
      return openSession(subject, tenant, person.tenant_name, refreshToken)
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
      response: responses({ 200: session }, 'sign-in-failed'),
    },
    handler: async ({ ip, body: { key } }, reply) => {
      const terminal = await prove(attemptKeys(ip), reply, () => findTerminal(db, key))
      const { tenant_id: tenant, id, name, tenant_name: nameOfTenant } = terminal
      const subject: Subject = { kind: 'terminal', id, name, role: 'terminal' }
      const refreshToken = await withTenant(db, tenant, (trx) => startSession(trx, tenant, subject, auth.refreshDays))
      return openSession(subject, tenant, nameOfTenant, refreshToken)
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
      response: responses({ 200: session }, 'refresh-token-invalid'),
    },
    handler: async ({ body }) => {
      const tenant = tenantOfToken(body.refreshToken)
      const continued = await withTenant(db, tenant, async (trx) => {
        const next = await continueSession(trx, tenant, body.refreshToken, auth.refreshDays)
        return next === 'reused' ? next : { ...next, nameOfTenant: await tenantName(trx, tenant) }
      })
      // Thrown after the commit, or the family would live on.
      if (continued === 'reused') throw invalid()
      return openSession(continued.subject, tenant, continued.nameOfTenant, continued.refreshToken)
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
      const tenant = tenantOfToken(refreshToken)
      await withTenant(db, tenant, (trx) => endSession(trx, tenant, refreshToken))
      return reply.code(204).send(null)
    },
  })

  async function openSession({ id, name, role }: Subject, tenant: string, nameOfTenant: string, refreshToken: string) {
    const issuedAt = new Date()
    const expiresAt = new Date(issuedAt.getTime() + auth.tokenSeconds * 1000)
    const token = await sign({ subject: id, tenant, role, name, issuedAt, expiresAt })
    const user = { id, name, role: role as z.infer<typeof session>['user']['role'], tenant, tenantName: nameOfTenant }
    return { token, expiresAt: expiresAt.toISOString(), refreshToken, user }
  }
}

function findByEmail(trx: TenantTransaction, tenant: string, email: string) {
  return trx
    .selectFrom('staff')
    .innerJoin('tenants', 'tenants.id', 'staff.tenant_id')
    .select(['staff.id', 'staff.name', 'role', 'password_hash', 'tenants.name as tenant_name'])
    .where('tenant_id', '=', tenant)
    .where('email', '=', email)
    .where('revoked_at', 'is', null)
    .executeTakeFirst()
}

async function findTerminal(db: Db, key: string) {
  const keyHash = createHash('sha256').update(key).digest()
  const { rows } = await sql<{ tenant_id: string; id: string; name: string; tenant_name: string }>`
    select * from find_terminal(${keyHash})`.execute(db.query)
  return rows[0]
}

async function tenantName(trx: TenantTransaction, tenant: string): Promise<string> {
  const { name } = await trx.selectFrom('tenants').select('name').where('id', '=', tenant).executeTakeFirstOrThrow()
  return name
}
