import { z } from 'zod'
import { ApiError } from '../../errors.ts'
import type { ProviderAnswer, ProviderHttp } from '../provider-http.ts'
import type { Account } from '../provider.ts'

const TOKENS_MAX = 10_000
/** Used so much shorter than they live. */
const TOKEN_SPARE_MS = 60_000

const tokenAnswer = z.object({ access_token: z.string().min(1), expires_in: z.coerce.number().positive() })

/** What it takes to ask for money: Safaricom gives it to a business that goes live. */
export const stkAccount = z.object({
  settings: z.object({ shortcode: z.string() }),
  secrets: z.object({ consumerKey: z.string(), consumerSecret: z.string(), passkey: z.string() }),
})

type StkAccount = z.infer<typeof stkAccount>

export type MpesaClient = {
  /** POSTs to a path with the fields that every request of an STK push carries. @throws ApiError provider-unavailable */
  post(
    account: Account,
    path: string,
    fields: Readonly<Record<string, unknown>>,
    repeatable: boolean,
  ): Promise<ProviderAnswer>
}

export type MpesaClientOptions = {
  http: ProviderHttp
  /** https://api.safaricom.co.ke, or https://sandbox.safaricom.co.ke */
  url: string
  nowMs: () => number
}

/** Safaricom's Daraja API: a token for an hour, then requests with it. */
export function createMpesaClient({ http, url, nowMs }: MpesaClientOptions): MpesaClient {
  const tokens = new Map<string, { token: string; until: number }>()

  async function tokenFor({ secrets: { consumerKey, consumerSecret } }: StkAccount): Promise<string> {
    const credentials = Buffer.from(`${consumerKey}:${consumerSecret}`).toString('base64')
    const known = tokens.get(credentials)
    if (known && nowMs() < known.until) return known.token
    const { status, json } = await http.send({
      method: 'GET',
      url: `${url}/oauth/v1/generate?grant_type=client_credentials`,
      headers: { authorization: `Basic ${credentials}` },
      repeatable: true,
    })
    const { data } = tokenAnswer.safeParse(json)
    if (!data) throw new ApiError('provider-unavailable', `M-Pesa gave no token (${status}): are key and secret right?`)
    if (tokens.size >= TOKENS_MAX) tokens.clear()
    tokens.set(credentials, { token: data.access_token, until: nowMs() + data.expires_in * 1000 - TOKEN_SPARE_MS })
    return data.access_token
  }

  return {
    async post(account, path, fields, repeatable) {
      const known = stkAccount.parse(account)
      const { shortcode } = known.settings
      const timestamp = nairobiTime(nowMs())
      const password = Buffer.from(`${shortcode}${known.secrets.passkey}${timestamp}`).toString('base64')
      return http.send({
        method: 'POST',
        url: `${url}${path}`,
        headers: { authorization: `Bearer ${await tokenFor(known)}` },
        body: { BusinessShortCode: shortcode, Password: password, Timestamp: timestamp, ...fields },
        repeatable,
      })
    },
  }
}

/** YYYYMMDDHHmmss, three hours ahead of UTC all year. */
const nairobiTime = (ms: number): string =>
  new Date(ms + 3 * 3_600_000).toISOString().replaceAll(/[-:T]/g, '').slice(0, 14)
