import { z } from 'zod'
import type { Config } from '../config.ts'
import type { Db } from '../db/connect.ts'
import { withCustomer } from '../db/tenant-scope.ts'
import { ApiError } from '../errors.ts'
import type { App } from '../http/app-types.ts'
import { text } from '../http/fields.ts'
import { parsePhone } from '../http/phone-number.ts'
import { responses } from '../http/problem.ts'
import { signInLimit } from '../http/rate-limit.ts'
import { CODE_SECONDS, type CustomerCodes } from './customer-codes.ts'
import { attemptKeys } from './failed-attempts.ts'
import { customerSession, type SessionOpener } from './open-session.ts'
import type { Prove } from './prove.ts'
import { customerTokens } from './refresh-tokens.ts'
import { startSession, type Subject } from './sessions.ts'

export type CustomerSignInOptions = {
  db: Db
  auth: Pick<Config['auth'], 'refreshDays'>
  attemptsPerMinute: number
  codes: CustomerCodes
  open: SessionOpener
  prove: Prove
}

const phone = text(40).meta({ description: 'With the country code, however it is typed: +44 7306 506797' })

/** Sign-in of customers: a code to their phone, and the code back. */
export function customerSignInRoutes(app: App, options: CustomerSignInOptions): void {
  const { db, auth, attemptsPerMinute, codes, open, prove } = options
  app.route({
    method: 'POST',
    url: '/api/auth/customer/code',
    // Of an address, whatever numbers it names: each phone has a limit of its own.
    config: { access: 'public', rateLimit: signInLimit(attemptsPerMinute, () => 'customer code') },
    schema: {
      tags: ['sign-in'],
      summary: 'Send a one-time code to a customer’s phone',
      description: 'The answer is the same whether the number is known or not. The code before it counts no more.',
      body: z.strictObject({ phone }),
      response: responses({ 202: z.object({ expiresInSeconds: z.int() }) }, 'code-not-sent'),
    },
    handler: async ({ body }, reply) => {
      const waitSeconds = await codes.send(parsePhone(body.phone, undefined, 'body.phone'))
      if (waitSeconds > 0) {
        void reply.header('retry-after', waitSeconds)
        throw new ApiError('rate-limited', `too many codes were sent to this phone; try again in ${waitSeconds} s`)
      }
      return reply.code(202).send({ expiresInSeconds: CODE_SECONDS })
    },
  })

  app.route({
    method: 'POST',
    url: '/api/auth/customer/verify',
    config: {
      access: 'public',
      rateLimit: signInLimit(attemptsPerMinute, (body) => String((body as { phone?: unknown }).phone)),
    },
    schema: {
      tags: ['sign-in'],
      summary: 'Sign in as a customer, with the code',
      description: 'Whoever was not known becomes a customer now, under `name`. A code is tried at most five times.',
      body: z.strictObject({
        phone,
        code: z.string().regex(/^\d{6}$/, { error: 'must be six digits' }),
        name: text(200).optional(),
      }),
      response: responses({ 200: customerSession }, 'sign-in-failed'),
    },
    handler: async ({ ip, body: { code, name, ...typed } }, reply) => {
      const number = parsePhone(typed.phone, undefined, 'body.phone')
      const customer = await prove(attemptKeys(ip, number), reply, () => codes.take(number, code, name))
      const subject: Subject = { kind: 'customer', ...customer, role: 'customer' }
      const refreshToken = await withCustomer(db, subject.id, (trx) =>
        startSession(customerTokens(trx, subject.id), subject, auth.refreshDays),
      )
      return open.ofCustomer(subject, refreshToken)
    },
  })
}
