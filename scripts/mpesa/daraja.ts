import { randomInt } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { json } from 'node:stream/consumers'
import { z } from 'zod'
import type { LocalAnswer } from '../local-server.ts'

/** Safaricom's own, for trying things out: money never goes to it. */
export const SANDBOX_SHORTCODE = '174379'

/** Somebody's telephone that was asked for a PIN. */
export type Push = {
  readonly checkout: string
  /** What the payer sees that it is for. */
  readonly accountReference: string
  readonly callbackUrl: string
  /** Whole shillings. */
  readonly amount: number
  /** 254708374149 */
  readonly phone: string
  /** What the query tells: null while it is being processed. */
  result: number | null
}

export type StkAnswer = {
  readonly checkout: string
  readonly amount?: number | string
  /** 0: paid. */
  readonly code?: number | string
  readonly phone?: number | string
  readonly receipt?: string
  /** To the second. */
  readonly at?: Date
}

export type Daraja = {
  /** The last ones, in order. */
  readonly pushes: Push[]
  serve(request: IncomingMessage): Promise<LocalAnswer>
  /** Calls back as Safaricom would: to the URL that came with the push. Gives the status of the answer. */
  callBack(push: Push, told?: Partial<StkAnswer>): Promise<number>
}

const PUSHES_KEPT_MAX = 5_000
const MARCH = new Date('2026-03-04T08:15:00Z')
const TOKEN = 'token-of-an-hour'
const SUCCESS = 'The service request is processed successfully.'
const CANCELLED = 'Request cancelled by user'
const MERCHANT_REQUEST = '29115-34620561-1'

const pushBody = z.object({
  Amount: z.int(),
  PhoneNumber: z.string(),
  CallBackURL: z.string(),
  AccountReference: z.string(),
})
const queryBody = z.object({ CheckoutRequestID: z.string() })

/**
 * Safaricom's Daraja API as its documentation has it, for what we ask of it. What people do at their telephones is up to `onPush`.
 */
export function createDaraja(onPush: (push: Push) => void = () => undefined): Daraja {
  const pushes: Push[] = []

  async function serve(request: IncomingMessage): Promise<LocalAnswer> {
    const { authorization = '' } = request.headers
    switch (new URL(request.url ?? '/', 'http://mpesa').pathname) {
      case '/oauth/v1/generate':
        return giveToken(authorization)
      case '/mpesa/stkpush/v1/processrequest':
        return authorization === `Bearer ${TOKEN}` ? push(await json(request)) : INVALID_TOKEN
      case '/mpesa/stkpushquery/v1/query':
        return authorization === `Bearer ${TOKEN}` ? query(await json(request)) : INVALID_TOKEN
      default:
        return fault(404, '404.001.01', 'Resource not found')
    }
  }

  function push(body: unknown): LocalAnswer {
    const { data: asked } = pushBody.safeParse(body)
    if (!asked) return fault(400, '400.002.02', 'Bad Request - Invalid Amount')
    const made: Push = {
      checkout: `ws_CO_${Date.now()}_${randomInt(1e9)}`,
      accountReference: asked.AccountReference,
      callbackUrl: asked.CallBackURL,
      amount: asked.Amount,
      phone: asked.PhoneNumber,
      result: null,
    }
    pushes.push(made)
    if (pushes.length > PUSHES_KEPT_MAX) pushes.shift()
    onPush(made)
    const accepted = 'Success. Request accepted for processing'
    return {
      status: 200,
      body: {
        MerchantRequestID: MERCHANT_REQUEST,
        CheckoutRequestID: made.checkout,
        ResponseCode: '0',
        ResponseDescription: accepted,
        CustomerMessage: accepted,
      },
    }
  }

  function query(body: unknown): LocalAnswer {
    const asked = queryBody.safeParse(body).data?.CheckoutRequestID
    const known = pushes.find(({ checkout }) => checkout === asked)
    if (!known || known.result === null) return fault(500, '500.001.1001', 'The transaction is being processed')
    return {
      status: 200,
      body: {
        ResponseCode: '0',
        ResponseDescription: 'The service request has been accepted successsfully',
        MerchantRequestID: MERCHANT_REQUEST,
        CheckoutRequestID: known.checkout,
        ResultCode: String(known.result),
        ResultDesc: known.result === 0 ? SUCCESS : CANCELLED,
      },
    }
  }

  return {
    pushes,
    serve,
    async callBack({ checkout, callbackUrl, amount, phone }, told = {}) {
      const body = JSON.stringify(stkCallback({ checkout, amount, phone: Number(phone), ...told }))
      const headers = { 'content-type': 'application/json' }
      return (await fetch(callbackUrl, { method: 'POST', headers, body })).status
    },
  }
}

/** An STK callback in the shape of Safaricom's documentation. A result other than 0 comes without CallbackMetadata. */
export function stkCallback(told: StkAnswer) {
  const { checkout, amount = 1, code = 0, phone = 254_708_374_149, receipt = 'NLJ7RT61SV', at = MARCH } = told
  const paid = Number(code) === 0
  return {
    Body: {
      stkCallback: {
        MerchantRequestID: MERCHANT_REQUEST,
        CheckoutRequestID: checkout,
        ResultCode: code,
        ResultDesc: paid ? SUCCESS : CANCELLED,
        ...(paid
          ? {
              CallbackMetadata: {
                Item: [
                  { Name: 'Amount', Value: amount },
                  { Name: 'MpesaReceiptNumber', Value: receipt },
                  { Name: 'Balance' },
                  { Name: 'TransactionDate', Value: nairobiTime(at) },
                  { Name: 'PhoneNumber', Value: phone },
                ],
              },
            }
          : {}),
      },
    },
  }
}

function giveToken(authorization: string): LocalAnswer {
  const basic = Buffer.from(authorization.replace('Basic ', ''), 'base64').toString()
  return /^\S{8,}:\S{8,}$/.test(basic)
    ? { status: 200, body: { access_token: TOKEN, expires_in: '3599' } }
    : fault(400, '400.008.01', 'Invalid Authentication passed')
}

const fault = (status: number, errorCode: string, errorMessage: string): LocalAnswer => ({
  status,
  body: { errorCode, errorMessage },
})

const INVALID_TOKEN = fault(401, '404.001.03', 'Invalid Access Token')

/** 20260304111500, as Safaricom writes it. */
const nairobiTime = (at: Date) =>
  Number(new Date(at.getTime() + 3 * 3_600_000).toISOString().replaceAll(/\D/g, '').slice(0, 14))
