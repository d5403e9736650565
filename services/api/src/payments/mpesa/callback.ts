import { createHash, timingSafeEqual } from 'node:crypto'
import { BlockList, isIPv6 } from 'node:net'
import { z } from 'zod'
import { ApiError } from '../../errors.ts'
import { readCallbackBody } from '../callback-body.ts'
import type { Account, Callback, CallbackRequest, ChargeFact } from '../provider.ts'

/** Answered like any other, and nobody's: what the owner tries the way with. */
export const SAMPLE_CHECKOUT = 'loyalty-live-sample'

/** They send codes and amounts as numbers, and now and then as text. */
const codeNumber = z.union([z.int(), z.string().regex(/^-?\d{1,9}$/)]).transform(Number)

/** An STK callback as it is read; what else Safaricom puts into one is not looked at. */
export const stkCallback = z.object({
  Body: z.object({
    stkCallback: z.object({
      CheckoutRequestID: z.string().min(1).max(200),
      ResultCode: codeNumber.meta({ description: '0: paid. Anything else: not paid, and CallbackMetadata is missing' }),
      ResultDesc: z.string().max(500).optional().catch(undefined),
      CallbackMetadata: z
        .object({ Item: z.array(z.object({ Name: z.string().max(100), Value: z.unknown().optional() })).max(50) })
        .nullish(),
    }),
  }),
})

const shillings = z.union([z.number(), z.string().regex(/^\d{1,12}(\.\d{1,2})?$/)]).transform(Number)
export const mpesaParams = z.object({ secret: z.string() })
const query = z.object({ payment: z.uuid().optional().catch(undefined) })

/**
 * Safaricom signs nothing: what proves a callback is the secret in its URL, and, where the business says so, the address that
 * it comes from. Compared by digest, so that neither content nor length of the secret shows in the time it takes.
 */
export function provesMpesa(account: Account | null, request: CallbackRequest): boolean {
  const shown = mpesaParams.safeParse(request.params).data?.secret ?? ''
  const fits = timingSafeEqual(digest(shown), digest(account?.secrets['callbackSecret'] ?? ''))
  return fits && account !== null && comesFrom(account.settings['allowedAddresses'], request.ip)
}

const digest = (text: string) => createHash('sha256').update(text).digest()

function comesFrom(allowed: unknown, ip: string): boolean {
  if (!Array.isArray(allowed) || allowed.length === 0) return true
  const list = new BlockList()
  for (const entry of allowed as string[]) {
    const [address, bits] = entry.split('/') as [string, string?]
    const family = isIPv6(address) ? 'ipv6' : 'ipv4'
    if (bits === undefined) list.addAddress(address, family)
    else list.addSubnet(address, Number(bits), family)
  }
  return list.check(ip, isIPv6(ip) ? 'ipv6' : 'ipv4')
}

/** @throws ApiError malformed-json, invalid-request */
export function readStkCallback(request: CallbackRequest): Callback {
  const told = readCallbackBody(request.raw, stkCallback).Body.stkCallback
  if (told.CheckoutRequestID === SAMPLE_CHECKOUT) return { kind: 'ignored' }
  const paid = told.ResultCode === 0
  const items = new Map(told.CallbackMetadata?.Item.map(({ Name, Value }) => [Name, Value]))
  const fact: ChargeFact = {
    ...stkCharge(told.CheckoutRequestID, told.ResultCode, told.ResultDesc),
    amountMinor: paid ? readAmount(items.get('Amount')) : null,
    paidAt: paid ? readTime(items.get('TransactionDate')) : null,
    detail: paid ? readReceipt(items.get('MpesaReceiptNumber')) : {},
    phone: paid ? readPhone(items.get('PhoneNumber')) : null,
    // We put it in the URL: should this come before the answer that tells us the CheckoutRequestID.
    paymentId: query.safeParse(request.query).data?.payment ?? null,
  }
  return { kind: 'fact', key: `stk:${told.CheckoutRequestID}:${paid ? 'paid' : 'failed'}`, fact }
}

/** What a result code says of a push, with nothing known about the rest. */
export const stkCharge = (checkout: string, resultCode: number, description: string | undefined): ChargeFact => ({
  kind: 'charge',
  status: resultCode === 0 ? 'succeeded' : 'failed',
  reference: checkout,
  amountMinor: null,
  currency: 'KES',
  paidAt: null,
  failure: resultCode === 0 ? null : `${description ?? 'not paid'} (${resultCode})`,
  detail: {},
  customerId: null,
  bookingId: null,
  phone: null,
  paymentId: null,
  started: true,
})

/** Whole shillings, which may be written 1500, 1500.00 or "1500". */
function readAmount(value: unknown): number {
  const amountMinor = Math.round((shillings.safeParse(value).data ?? Number.NaN) * 100)
  if (Number.isSafeInteger(amountMinor) && amountMinor > 0) return amountMinor
  throw new ApiError('invalid-request', 'body.Body.stkCallback.CallbackMetadata: has no amount')
}

/** 20191219102115, in the time of Nairobi; null when it cannot be read, as it decides nothing. */
function readTime(value: unknown): string | null {
  const parts = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(String(value))
  if (!parts) return null
  const [, year, month, day, hour, minute, second] = parts
  const time = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}+03:00`)
  return Number.isNaN(time.getTime()) ? null : time.toISOString()
}

const readReceipt = (value: unknown): Record<string, string> =>
  typeof value === 'string' && value !== '' ? { receipt: value.slice(0, 100) } : {}

/** 254708374149; masked ones tell us nothing. */
const readPhone = (value: unknown): string | null =>
  /^[1-9]\d{6,14}$/.test(String(value)) ? `+${String(value)}` : null
