import { randomInt } from 'node:crypto'
import { listen, readJson, type StandIn } from './stand-in.ts'

const MARCH = new Date('2026-03-04T08:15:00Z')

/** 20260304111500, as Safaricom writes it. */
const nairobiTime = (at: Date) =>
  Number(new Date(at.getTime() + 3 * 3_600_000).toISOString().replaceAll(/\D/g, '').slice(0, 14))

/** An STK callback in the shape of Safaricom's documentation. A result other than 0 comes without CallbackMetadata. */
export function stkCallback(told: {
  checkout: string
  amount?: number | string
  code?: number | string
  phone?: number | string
  receipt?: string
  /** To the second. */
  at?: Date
}) {
  const { checkout, amount = 1, code = 0, phone = 254_708_374_149, receipt = 'NLJ7RT61SV', at = MARCH } = told
  const paid = Number(code) === 0
  return {
    Body: {
      stkCallback: {
        MerchantRequestID: '29115-34620561-1',
        CheckoutRequestID: checkout,
        ResultCode: code,
        ResultDesc: paid ? 'The service request is processed successfully.' : 'Request cancelled by user',
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

type Push = {
  readonly checkout: string
  readonly callbackUrl: string
  readonly amount: number
  readonly phone: string
  /** What the query tells: null while it is being processed. */
  result: number | null
}

export type MpesaStandIn = StandIn & {
  /** Pushes, in order. */
  readonly pushes: Push[]
  /** Calls back as Safaricom would: to the URL that came with the push. Gives the status of the answer. */
  callBack(push: Push, told?: Partial<Parameters<typeof stkCallback>[0]>): Promise<number>
}

/** Safaricom's Daraja API as its documentation has it, for what we ask of it. */
export async function startMpesa(): Promise<MpesaStandIn> {
  const pushes: Push[] = []
  const server = await listen(async (request) => {
    const { pathname } = new URL(request.url ?? '/', 'http://mpesa')
    if (pathname === '/oauth/v1/generate') {
      const basic = Buffer.from((request.headers.authorization ?? '').replace('Basic ', ''), 'base64').toString()
      return /^\S{8,}:\S{8,}$/.test(basic)
        ? { status: 200, body: { access_token: 'token-of-an-hour', expires_in: '3599' } }
        : { status: 400, body: { errorCode: '400.008.01', errorMessage: 'Invalid Authentication passed' } }
    }
    if (request.headers.authorization !== 'Bearer token-of-an-hour') {
      return { status: 401, body: { errorCode: '404.001.03', errorMessage: 'Invalid Access Token' } }
    }
    const asked = (await readJson(request)) as Record<string, any>
    if (pathname === '/mpesa/stkpush/v1/processrequest') {
      if (!Number.isInteger(asked['Amount'])) {
        return { status: 400, body: { errorCode: '400.002.02', errorMessage: 'Bad Request - Invalid Amount' } }
      }
      const checkout = `ws_CO_${Date.now()}_${randomInt(1e9)}`
      pushes.push({
        checkout,
        callbackUrl: asked['CallBackURL'],
        amount: asked['Amount'],
        phone: asked['PhoneNumber'],
        result: null,
      })
      return {
        status: 200,
        body: {
          MerchantRequestID: '29115-34620561-1',
          CheckoutRequestID: checkout,
          ResponseCode: '0',
          ResponseDescription: 'Success. Request accepted for processing',
          CustomerMessage: 'Success. Request accepted for processing',
        },
      }
    }
    const push = pushes.find(({ checkout }) => checkout === asked['CheckoutRequestID'])
    if (!push || push.result === null) {
      return { status: 500, body: { errorCode: '500.001.1001', errorMessage: 'The transaction is being processed' } }
    }
    return {
      status: 200,
      body: {
        ResponseCode: '0',
        ResponseDescription: 'The service request has been accepted successsfully',
        MerchantRequestID: '29115-34620561-1',
        CheckoutRequestID: push.checkout,
        ResultCode: String(push.result),
        ResultDesc: push.result === 0 ? 'The service request is processed successfully.' : 'Request cancelled by user',
      },
    }
  })
  return {
    ...server,
    pushes,
    async callBack({ checkout, callbackUrl, amount, phone }, told = {}) {
      const body = JSON.stringify(stkCallback({ checkout, amount, phone: Number(phone), ...told }))
      const answer = await fetch(callbackUrl, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
      })
      return answer.status
    },
  }
}
