import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { listen, readJson, type StandIn } from '../../../../tests/harness/providers/stand-in.ts'
import { createProviderHttp, type ProviderHttp } from './provider-http.ts'

let provider: StandIn
let http: ProviderHttp
let attempts: string[]

beforeEach(async () => {
  attempts = []
  provider = await listen(async (request) => ({
    status: 200,
    body: { asked: request.method === 'POST' ? await readJson(request) : null },
  }))
  http = createProviderHttp({
    timeoutMs: 300,
    onAttempt: (outcome, seconds) => attempts.push(`${outcome} ${seconds < 0.3 ? 'soon' : 'at the limit'}`),
    random: () => 0,
  })
})
afterEach(async () => {
  await http.close()
  await provider.close()
})

const send = (repeatable: boolean, url = provider.url) =>
  http.send({ method: 'POST', url: `${url}/pay`, headers: {}, body: { amount: 1 }, repeatable })

describe('an answer', () => {
  test('is given as it is, a refusal too, and a fault that says why', async () => {
    expect(await send(true)).toEqual({ status: 200, json: { asked: { amount: 1 } } })
    for (const status of [400, 404, 429, 500]) {
      provider.misbehave({ answer: { status, body: { message: 'no' } } })
      expect(await send(true)).toEqual({ status, json: { message: 'no' } })
    }
    expect(provider.asked).toHaveLength(5)
  })
})

describe('without an answer', () => {
  test('what may be repeated is, three times in all', async () => {
    provider.misbehave({ answer: { status: 502, body: '<html>' } })
    await expect(send(true)).rejects.toMatchObject({ code: 'provider-unavailable' })
    expect(provider.asked).toHaveLength(3)
  })

  test('what may not be repeated is sent once, however it was lost', async () => {
    provider.misbehave({ answer: { status: 502, body: '<html>' } })
    await expect(send(false)).rejects.toMatchObject({ code: 'provider-unavailable' })
    provider.misbehave('hang')
    await expect(send(false)).rejects.toMatchObject({ code: 'provider-unavailable' })
    expect(provider.asked).toHaveLength(2)
  })

  test('each attempt is told, with the time that it took', async () => {
    provider.misbehave({ answer: { status: 502, body: '<html>' } })
    await send(true).catch(() => undefined) // told below
    provider.misbehave('hang')
    await send(false).catch(() => undefined)
    provider.misbehave({ answer: { status: 500, body: { message: 'no' } } })
    await send(false)
    const refused = 'unanswered soon'
    expect(attempts).toEqual([refused, refused, refused, 'unanswered at the limit', 'answered soon'])
  })

  test('a server that is not there is tried again: nothing can have arrived', async () => {
    const { url } = provider
    await provider.close()
    await expect(send(false, url)).rejects.toThrow('did not answer')
    provider = await listen(async () => ({ status: 200, body: {} }))
  })

  test('of a size that no answer has, it is none', async () => {
    provider.misbehave({ answer: { status: 200, body: { text: 'x'.repeat(300_000) } } })
    await expect(send(false)).rejects.toMatchObject({ code: 'provider-unavailable' })
  })
})
