import { z } from 'zod'
import { cursorText } from '../cursor-text.ts'
import { tenantId, timestamp } from '../fields.ts'
import { connectErrors, type ConnectErrorCode } from './connect-errors.ts'

/** What a client gives in the Socket.IO handshake (`auth`). `cursor` is the last event it has seen. */
export const handshake = z
  .object({
    token: z.string().min(1).max(8192),
    tenant: tenantId.optional().meta({ description: 'Refused when the token is of another tenant' }),
    cursor: cursorText.nullish(),
  })
  .meta({ title: 'Handshake' })

export type Handshake = z.infer<typeof handshake>

const errorCode = z.enum(Object.keys(connectErrors) as [ConnectErrorCode, ...ConnectErrorCode[]])

/** `data` of a `connect_error`. Its `message` is the code. */
export const connectError = z
  .object({ code: errorCode, detail: z.string(), retry: z.boolean() })
  .meta({ title: 'ConnectError' })

export type ConnectError = z.infer<typeof connectError>

/**
 * First message on a socket. `head` is the tenant's last event as this server knows it, null when it does not (yet).
 * `recovered`: everything after the client's cursor follows at once; otherwise nothing does, and the client catches up over
 * REST. A customer's socket has no cursor: its `head` is null and it recovers by snapshot.
 */
export const ready = z
  .object({ head: cursorText.nullable(), recovered: z.boolean(), expiresAt: timestamp })
  .meta({ title: 'Ready' })

export type Ready = z.infer<typeof ready>

/**
 * Sent at a steady beat: lets a client notice that it lost the last event, or that the line is dead. To those who work for a
 * tenant it says how many they are on this server; a customer is not told.
 */
export const head = z
  .object({
    head: cursorText.nullable(),
    sockets: z
      .int()
      .min(0)
      .optional()
      .meta({ description: 'Sockets in the same tenant room of this server, this one among them' }),
  })
  .meta({ title: 'Head' })

export type Head = z.infer<typeof head>

/** Sent before a token expires; the client answers with `refresh_token`. */
export const tokenExpiring = z.object({ expiresAt: timestamp }).meta({ title: 'TokenExpiring' })

/** Client to server, with an acknowledgement. The new token must be of the same tenant and subject. */
export const refreshToken = z.object({ token: z.string().min(1).max(8192) }).meta({ title: 'RefreshToken' })

/** Acknowledgement of `refresh_token`. */
export const refreshTokenAnswer = z
  .discriminatedUnion('ok', [
    z.object({ ok: z.literal(true), expiresAt: timestamp }),
    z.object({ ok: z.literal(false), code: errorCode, detail: z.string() }),
  ])
  .meta({ title: 'RefreshTokenAnswer' })

export type RefreshTokenAnswer = z.infer<typeof refreshTokenAnswer>

/**
 * Sent before events to a client that read too slowly: of the events from `from` to `to`, only the newest for each card or
 * record follow. Whoever needs every one of them catches up over REST. To a customer: an event came too late to be sent in its
 * order; they read their snapshots again.
 */
export const conflated = z.object({ from: cursorText, to: cursorText }).meta({ title: 'Conflated' })

/** Last message before the server closes a socket. */
export const closing = z.object({ code: errorCode }).meta({ title: 'Closing' })

/** Names that the server itself uses on a socket; every other name is an event type. */
export const serverMessages = { ready, head, token_expiring: tokenExpiring, conflated, closing } as const
export const clientMessages = { refresh_token: refreshToken } as const
