import type { Actor, Cursor } from '@loyalty-live/events'
import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { z } from 'zod'

/** The application as slices see it: routes typed by their zod schemas. */
export type App = FastifyInstance<RawServerDefault, IncomingMessage, ServerResponse, FastifyBaseLogger, ZodTypeProvider>

export type Role = 'owner' | 'admin' | 'cashier' | 'terminal' | 'customer' | 'service'

/** Who may use a route. Every route says so; one that does not is refused when the application is built. */
export type Access = 'public' | readonly Role[]

/** Who is asking, as the token proves. `tenant` is empty for a customer, whose subject is their id. */
export type Caller = { readonly tenant: string; readonly subject: string; readonly role: Role; readonly actor: Actor }

/** Everybody who serves customers of a tenant. */
export const TILL: Access = ['terminal', 'cashier', 'admin', 'owner']
/** Who runs the business. */
export const ADMIN: Access = ['admin', 'owner']
/** Who answers for the business. */
export const OWNER: Access = ['owner']
/** A person, about what is theirs. */
export const CUSTOMER: Access = ['customer']
/** Who may follow a tenant's stream. */
export const STREAM: Access = ['terminal', 'cashier', 'admin', 'owner', 'service']

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: Access
    /** What a body of raw bytes holds, for the description of the API: the route proves it first, and parses it itself. */
    rawBody?: z.ZodType
  }
  interface FastifyRequest {
    /** Set by the time a handler of a route that is not public runs. */
    caller: Caller
    /** Where what the request committed stands on the stream, for the log; null when it committed nothing. */
    committed: Cursor | null
  }
}
