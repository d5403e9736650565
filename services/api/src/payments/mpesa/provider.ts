import { randomBytes } from 'node:crypto'
import { isIP } from 'node:net'
import { z } from 'zod'
import { ApiError } from '../../errors.ts'
import { text, uuid } from '../../http/fields.ts'
import { parsePhone } from '../../http/phone-number.ts'
import { amountMinor } from '../currency.ts'
import type { ProviderHttp } from '../provider-http.ts'
import type { Account, Asked, OpenPayment, Order, Provider, Started } from '../provider.ts'
import { mpesaParams, provesMpesa, readStkCallback, SAMPLE_CHECKOUT, stkCallback, stkCharge } from './callback.ts'
import { createMpesaClient, stkAccount } from './client.ts'

const SECRETS = ['consumerKey', 'consumerSecret', 'passkey', 'callbackSecret'] as const
const MINOR_PER_SHILLING = 100

const secret = (min: number) =>
  z.string().regex(new RegExp(`^[\\x21-\\x7e]{${min},200}$`), {
    error: `must be ${min} to 200 printable characters without blanks`,
  })

const network = z.string().refine(
  (entry) => {
    const [address, bits, more] = entry.split('/')
    const length = isIP(address ?? '') === 6 ? 128 : 32
    return (
      isIP(address ?? '') > 0 &&
      more === undefined &&
      (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= length))
    )
  },
  { error: 'must be an IP address, or a network such as 196.201.214.0/24' },
)

const accountBody = z.strictObject({
  shortcode: z
    .string()
    .regex(/^\d{5,7}$/, { error: 'must be the number of a till or a pay bill' })
    .optional(),
  consumerKey: secret(8).optional(),
  consumerSecret: secret(8).optional(),
  passkey: secret(8).optional(),
  callbackSecret: secret(16)
    .regex(/^[A-Za-z0-9_-]+$/, { error: 'goes into a URL: letters, digits, - and _ only' })
    .optional()
    .meta({ description: 'In the URL that Safaricom calls. Absent: stays as it is, or is made' }),
  allowedAddresses: z
    .array(network)
    .max(50)
    .optional()
    .meta({ description: 'Only callbacks from there count; empty: from anywhere' }),
})

const startBody = z.strictObject({
  amountMinor: amountMinor.refine((amount) => amount % MINOR_PER_SHILLING === 0, {
    error: 'must be whole shillings: M-Pesa knows no cents',
  }),
  phone: text(40).meta({ description: 'Whose telephone asks for the PIN, however it is typed' }),
  customerId: uuid.optional(),
  bookingId: uuid.optional(),
  programId: uuid.optional().meta({ description: 'Whose points it earns; absent: the default programme' }),
  accountReference: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9 -]{0,11}$/, { error: 'must be 1-12 letters, digits, blanks or dashes' })
    .optional()
    .meta({ description: 'What the payer sees that it is for' }),
  note: text(500).optional(),
})

const pushed = z.object({ ResponseCode: z.coerce.string(), CheckoutRequestID: z.string().min(1).max(200) })
const queried = z.object({ ResultCode: z.coerce.number().int(), ResultDesc: z.string().optional() })
const fault = z.object({ errorCode: z.string(), errorMessage: z.string().optional() })

/** Of a result that is none yet. */
const STILL_PROCESSING = 4999

export type MpesaOptions = {
  http: ProviderHttp
  url: string
  /** Where Safaricom reaches this API. */
  publicUrl: string
  nowMs?: () => number
}

export function mpesaProvider({ http, url, publicUrl, nowMs = Date.now }: MpesaOptions): Provider {
  const client = createMpesaClient({ http, url, nowMs })

  async function send(account: Account, order: Order): Promise<Started> {
    const { shortcode } = stkAccount.parse(account).settings
    const msisdn = order.payer.slice(1)
    const callback = `/api/webhooks/mpesa/${order.tenant}/${account.secrets['callbackSecret'] ?? ''}`
    const { status, json } = await client.post(
      account,
      '/mpesa/stkpush/v1/processrequest',
      {
        TransactionType: 'CustomerPayBillOnline',
        Amount: order.amountMinor / MINOR_PER_SHILLING,
        PartyA: msisdn,
        PartyB: shortcode,
        PhoneNumber: msisdn,
        CallBackURL: `${publicUrl}${callback}?payment=${order.paymentId}`,
        AccountReference: order.detail['accountReference'] ?? order.paymentId.slice(-12),
        TransactionDesc: 'Payment',
      },
      // A second push would ask the payer a second time, and they might say yes to both.
      false,
    )
    const { data } = pushed.safeParse(json)
    if (data?.ResponseCode === '0') {
      return { kind: 'started', reference: data.CheckoutRequestID, detail: { phone: order.payer } }
    }
    const said = fault.safeParse(json).data
    return said || status < 500
      ? { kind: 'refused', reason: said?.errorMessage ?? `it answered ${status}` }
      : { kind: 'unknown', reason: `it answered ${status}` }
  }

  async function ask(account: Account, { reference }: OpenPayment): Promise<Asked> {
    if (reference === null) return { kind: 'absent' }
    const fields = { CheckoutRequestID: reference }
    const { status, json } = await client.post(account, '/mpesa/stkpushquery/v1/query', fields, true)
    const { data } = queried.safeParse(json)
    if (data) {
      const { ResultCode: code, ResultDesc: description } = data
      return code === STILL_PROCESSING
        ? { kind: 'open' }
        : { kind: 'fact', fact: stkCharge(reference, code, description) }
    }
    // "The transaction is being processed" is a fault of status 500 there; so is a request of long ago.
    if (fault.safeParse(json).success) return { kind: 'open' }
    throw new ApiError('provider-unavailable', `M-Pesa answered ${status}, which says nothing of the payment`)
  }

  return {
    name: 'mpesa',
    label: 'M-Pesa',
    account: {
      body: accountBody,
      accept(body, known) {
        const { shortcode, allowedAddresses, ...given } = body as z.output<typeof accountBody>
        const made = { callbackSecret: randomBytes(24).toString('base64url') }
        const secrets = { ...made, ...known?.secrets, ...given }
        const settings = {
          ...known?.settings,
          ...(shortcode === undefined ? {} : { shortcode }),
          ...(allowedAddresses === undefined ? {} : { allowedAddresses }),
        }
        const kept = SECRETS.flatMap((name) => (secrets[name] === undefined ? [] : [[name, secrets[name]] as const]))
        return { settings, secrets: Object.fromEntries(kept) }
      },
      canStart: (account) => stkAccount.safeParse(account).success,
    },
    callback: {
      url: '/api/webhooks/mpesa/:tenant/:secret',
      described: {
        params: mpesaParams.shape,
        body: stkCallback,
        proof: 'Proved by the secret in its URL, and the address that it comes from where the business lists some.',
      },
      shownPath: (tenant, account) =>
        `/api/webhooks/mpesa/${tenant}/…${account?.secrets['callbackSecret']?.slice(-4) ?? ''}`,
      proves: provesMpesa,
      unproven: 'callback-not-found',
      read: readStkCallback,
      thanks: { ResultCode: 0, ResultDesc: 'Accepted' },
      sample(tenant, { settings, secrets }) {
        const sample = { CheckoutRequestID: SAMPLE_CHECKOUT, ResultCode: 0, ResultDesc: 'sample' }
        const [from] = (settings['allowedAddresses'] ?? []) as string[]
        return {
          path: `/api/webhooks/mpesa/${tenant}/${secrets['callbackSecret'] ?? ''}`,
          headers: {},
          body: JSON.stringify({ Body: { stkCallback: sample } }),
          ...(from === undefined ? {} : { from: from.replace(/\/.*/, '') }),
        }
      },
    },
    start: {
      body: startBody,
      order(body, { tenant, paymentId, defaultCountry }) {
        const asked = body as z.output<typeof startBody>
        const phone = parsePhone(asked.phone, defaultCountry, 'body.phone')
        return {
          tenant,
          paymentId,
          amountMinor: asked.amountMinor,
          currency: 'KES',
          customerId: asked.customerId ?? null,
          bookingId: asked.bookingId ?? null,
          programId: asked.programId ?? null,
          payer: phone,
          phone,
          returnUrl: null,
          note: asked.note ?? null,
          detail: {
            phone,
            ...(asked.accountReference === undefined ? {} : { accountReference: asked.accountReference }),
          },
        }
      },
      reference: () => null,
      send,
    },
    ask,
  }
}
