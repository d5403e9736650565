import { z } from 'zod'
import { ApiError } from '../../errors.ts'
import { text, uuid } from '../../http/fields.ts'
import { amountMinor, currencyCode } from '../currency.ts'
import type { ProviderHttp } from '../provider-http.ts'
import type { Account, Asked, OpenPayment, Order, Provider, Started } from '../provider.ts'
import { paystackEvent, paystackSignature, provesPaystack, readPaystackEvent, SIGNATURE_HEADER } from './callback.ts'
import { toCharge, toPaystack, transaction } from './charge.ts'

const accountBody = z.strictObject({
  secretKey: z
    .string()
    .regex(/^sk_(test|live)_[A-Za-z0-9]{4,100}$/, { error: 'must be a secret key of Paystack: sk_live_… or sk_test_…' })
    .optional()
    .meta({ description: 'It signs callbacks and starts payments. Absent: stays as it is' }),
})

const startBody = z.strictObject({
  amountMinor,
  currency: currencyCode.optional().meta({ description: 'Absent: the one of the business' }),
  email: z.email().max(200).meta({ description: 'Where Paystack sends the receipt' }),
  customerId: uuid.optional(),
  bookingId: uuid.optional(),
  programId: uuid.optional().meta({ description: 'Whose points it earns; absent: the default programme' }),
  callbackUrl: z
    .url({ protocol: /^https?$/ })
    .max(500)
    .optional()
    .meta({ description: 'Where the payer’s browser goes when it is done' }),
  note: text(500).optional(),
})

const initialized = z.object({
  status: z.literal(true),
  data: z.object({ authorization_url: z.string().max(2000), access_code: z.string().max(200) }),
})

const verified = z.object({ status: z.literal(true), data: transaction })

/** @param url where Paystack's API is; https://api.paystack.co */
export function paystackProvider({ http, url }: { http: ProviderHttp; url: string }): Provider {
  async function send(account: Account, order: Order): Promise<Started> {
    const { status, json } = await http.send({
      method: 'POST',
      url: `${url}/transaction/initialize`,
      headers: headersOf(account),
      // Under our own reference: a second one of it is refused, so that asking twice charges nobody twice.
      repeatable: true,
      body: {
        email: order.payer,
        amount: toPaystack(order.amountMinor, order.currency),
        currency: order.currency,
        reference: order.paymentId,
        ...(order.returnUrl === null ? {} : { callback_url: order.returnUrl }),
        metadata: { paymentId: order.paymentId, customerId: order.customerId, bookingId: order.bookingId },
      },
    })
    const { data } = initialized.safeParse(json)
    if (data) {
      const { authorization_url: checkoutUrl, access_code: accessCode } = data.data
      return { kind: 'started', reference: order.paymentId, detail: { checkoutUrl, accessCode } }
    }
    return status < 500
      ? { kind: 'refused', reason: messageOf(json) ?? `it answered ${status}` }
      : { kind: 'unknown', reason: `it answered ${status}` }
  }

  async function ask(account: Account, payment: OpenPayment): Promise<Asked> {
    const reference = payment.reference ?? payment.id
    const { status, json } = await http.send({
      method: 'GET',
      url: `${url}/transaction/verify/${encodeURIComponent(reference)}`,
      headers: headersOf(account),
      repeatable: true,
    })
    const { data } = verified.safeParse(json)
    if (!data) {
      if (/reference not found/i.test(messageOf(json) ?? '')) return { kind: 'absent' }
      throw new ApiError(
        'provider-unavailable',
        `Paystack answered ${status}: ${messageOf(json) ?? 'nothing readable'}`,
      )
    }
    switch (data.data.status) {
      case 'success':
      // What was paid and has gone back since was paid; the refund is told by a callback of its own.
      case 'reversed':
        return { kind: 'fact', fact: toCharge('succeeded', { ...data.data, reference }, () => null) }
      case 'failed':
        return { kind: 'fact', fact: toCharge('failed', { ...data.data, reference }, () => null) }
      case 'abandoned':
        return { kind: 'left' }
      default:
        return { kind: 'open' }
    }
  }

  return {
    name: 'paystack',
    label: 'Paystack',
    account: {
      body: accountBody,
      accept(body, known) {
        const secretKey = (body as z.output<typeof accountBody>).secretKey ?? known?.secrets['secretKey']
        if (secretKey === undefined) throw new ApiError('invalid-request', 'body.secretKey: is missing')
        return { settings: {}, secrets: { secretKey } }
      },
      canStart: () => true,
    },
    callback: {
      url: '/api/webhooks/paystack/:tenant',
      described: {
        params: {},
        body: paystackEvent,
        proof: `Proved by \`${SIGNATURE_HEADER}\`: the hex HMAC-SHA512 of the raw body by the secret key.`,
      },
      shownPath: (tenant) => `/api/webhooks/paystack/${tenant}`,
      proves: provesPaystack,
      unproven: 'signature-invalid',
      read: readPaystackEvent,
      thanks: { status: 'success' },
      sample(tenant, account) {
        const body = JSON.stringify({ event: 'loyalty.test', data: {} })
        const signature = paystackSignature(account.secrets['secretKey'] ?? '', body)
        return { path: `/api/webhooks/paystack/${tenant}`, headers: { [SIGNATURE_HEADER]: signature }, body }
      },
    },
    start: {
      body: startBody,
      order(body, { currency, ...context }) {
        const {
          amountMinor: amount,
          email,
          customerId,
          bookingId,
          programId,
          callbackUrl,
          note,
          ...asked
        } = body as z.output<typeof startBody>
        const order = {
          ...context,
          amountMinor: amount,
          currency: asked.currency ?? currency,
          customerId: customerId ?? null,
          bookingId: bookingId ?? null,
          programId: programId ?? null,
          payer: email,
          phone: null,
          returnUrl: callbackUrl ?? null,
          note: note ?? null,
          detail: { email },
        }
        // Said now rather than after the payment is opened.
        toPaystack(order.amountMinor, order.currency)
        return order
      },
      reference: ({ paymentId }) => paymentId,
      send,
    },
    ask,
  }
}

const headersOf = ({ secrets }: Account) => ({ authorization: `Bearer ${secrets['secretKey'] ?? ''}` })

const messageOf = (json: unknown): string | undefined =>
  z.object({ message: z.string() }).safeParse(json).data?.message.slice(0, 300)
