import type { Actor } from '@loyalty-live/events'
import type { FastifyRequest } from 'fastify'
import type { z } from 'zod'
import type { ErrorCode } from '../errors.ts'

export const providerNames = ['paystack', 'mpesa'] as const

/** Who collects money for a tenant and tells us. */
export type ProviderName = (typeof providerNames)[number]

/** How a tenant is known to a provider. `secrets` are kept sealed and never leave in an answer or a log. */
export type Account = {
  readonly settings: Readonly<Record<string, unknown>>
  readonly secrets: Readonly<Record<string, string>>
}

/** What a provider says of a charge, in our terms. */
export type ChargeFact = {
  readonly kind: 'charge'
  readonly status: 'succeeded' | 'failed'
  /** The provider's name for the payment. */
  readonly reference: string
  /** Null when the provider does not say it: then it is what was asked for. */
  readonly amountMinor: number | null
  readonly currency: string
  readonly paidAt: string | null
  /** Why it failed, in the provider's words. */
  readonly failure: string | null
  /** How it was paid; nothing that could be charged again. */
  readonly detail: Readonly<Record<string, string>>
  readonly customerId: string | null
  readonly bookingId: string | null
  /** Of who paid, E.164. */
  readonly phone: string | null
  /** Ours, of a payment that was started here, where the provider repeats it. */
  readonly paymentId: string | null
  /** Only payments that were started here count. */
  readonly started: boolean
}

/** What a provider says of money that went back. */
type RefundFact = {
  readonly kind: 'refund'
  /** The provider's name for the refund. */
  readonly key: string
  /** The provider's name for the payment. */
  readonly reference: string
  readonly amountMinor: number
  readonly currency: string
  readonly reason: string | null
}

/** `key`: the same for every repeat, and for nothing else. `ignored`: nothing of ours follows from it. */
export type Callback =
  | { readonly kind: 'fact'; readonly key: string; readonly fact: ChargeFact | RefundFact }
  | { readonly kind: 'ignored' }

export type CallbackRequest = Pick<FastifyRequest, 'headers' | 'ip' | 'params' | 'query'> & { readonly raw: Buffer }

/** A payment that a provider is asked to collect. */
export type Order = {
  readonly tenant: string
  readonly paymentId: string
  readonly amountMinor: number
  readonly currency: string
  readonly customerId: string | null
  readonly bookingId: string | null
  readonly programId: string | null
  /** E-mail address or phone, as the provider knows people. */
  readonly payer: string
  /** The payer's, E.164, where it is known. */
  readonly phone: string | null
  /** Where the payer's browser goes when it is done. */
  readonly returnUrl: string | null
  readonly note: string | null
  /** Kept with the payment. */
  readonly detail: Readonly<Record<string, string>>
}

/** What came of asking for it. `unknown`: no answer, so it may or may not be under way. */
export type Started =
  | { readonly kind: 'started'; readonly reference: string; readonly detail: Readonly<Record<string, string>> }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'unknown'; readonly reason: string }

/**
 * What a provider says when it is asked about a payment. `open`: nothing yet. `left`: nobody is paying it just now. `absent`: it
 * knows of no such payment, so that nobody can pay it.
 */
export type Asked = { readonly kind: 'fact'; readonly fact: ChargeFact } | { readonly kind: 'open' | 'left' | 'absent' }

/** One provider, whoever's account: everything that is particular to it. Deleting its folder and its line in payments.ts deletes it. */
export type Provider = {
  readonly name: ProviderName
  readonly label: string
  /** What an owner sets up; what is left out of it stays as it was. */
  readonly account: {
    readonly body: z.ZodObject
    readonly accept: (body: Readonly<Record<string, unknown>>, known: Account | null) => Account
    /** Whether payments can be started with it, not only received. */
    readonly canStart: (account: Account) => boolean
  }
  readonly callback: {
    /** Route; the first parameter is the tenant. */
    readonly url: string
    /** What a callback holds and what proves it, for the description of the API. */
    readonly described: { readonly params: z.ZodRawShape; readonly body: z.ZodType; readonly proof: string }
    /** The path for a tenant as people see it: a secret in it is masked. */
    readonly shownPath: (tenant: string, account: Account | null) => string
    /** Whether a request is the provider's. Takes as long for a tenant that does not exist. */
    readonly proves: (account: Account | null, request: CallbackRequest) => boolean
    /** What everybody else is told, whatever it is that does not fit. */
    readonly unproven: ErrorCode
    /** @throws ApiError malformed-json, invalid-request */
    readonly read: (request: CallbackRequest, defaultCountry: string) => Callback
    /** What the provider expects to hear when all is well. */
    readonly thanks: Readonly<Record<string, unknown>>
    /** A sound request that has no effect, for trying it out. */
    readonly sample: (tenant: string, account: Account) => SampleCallback
  }
  readonly start: {
    readonly body: z.ZodObject
    /** What is asked for, of a body that passed the schema. @throws ApiError invalid-request */
    readonly order: (body: Readonly<Record<string, unknown>>, context: OrderContext) => Order
    /** The provider's name for it, where we choose it: known before anybody is asked. */
    readonly reference: (order: Order) => string | null
    readonly send: (account: Account, order: Order) => Promise<Started>
  }
  /** @throws ApiError provider-unavailable */
  readonly ask: (account: Account, payment: OpenPayment) => Promise<Asked>
}

type OrderContext = {
  readonly tenant: string
  readonly paymentId: string
  readonly currency: string
  readonly defaultCountry: string
}

export type OpenPayment = {
  readonly id: string
  readonly reference: string | null
  readonly currency: string
}

type SampleCallback = {
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** Address that it comes from, where that matters. */
  readonly from?: string
}

/** A provider as the one who did something. */
export const providerActor = ({ name, label }: Pick<Provider, 'name' | 'label'>): Actor => ({
  type: 'service',
  id: name,
  name: label,
})
