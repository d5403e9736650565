import { describe, expect, test } from 'vitest'
import { createVirtualClock, settlePromises } from '../test/virtual-clock.ts'
import { LoyaltyClientError } from './errors.ts'
import { createTokens, type TokenReason } from './tokens.ts'

/** An application that gives t1, t2, … and notes why it was asked. */
function setUp(give = (number: number): Promise<string> => Promise.resolve(`t${number}`)) {
  const clock = createVirtualClock()
  const asked: TokenReason[] = []
  const tokens = createTokens((why) => give(asked.push(why)), clock)
  return { clock, asked, tokens }
}

describe('tokens', () => {
  test('the application is asked once, and its token kept', async () => {
    const { tokens, asked } = setUp()
    const [a, b] = await Promise.all([tokens.current(), tokens.current()])
    expect([a.token, b.token, (await tokens.current()).token]).toEqual(['t1', 't1', 't1'])
    expect(asked).toEqual(['first'])
  })

  test('a refused token is replaced once, however many were refused with it', async () => {
    const { tokens, asked } = setUp()
    const old = await tokens.current()
    const [a, b] = await Promise.all([tokens.replace(old, 'token-expired'), tokens.replace(old, 'token-expired')])
    const late = await tokens.replace(old, 'token-expired')
    expect([a.token, b.token, late.token]).toEqual(['t2', 't2', 't2'])
    expect(asked).toEqual(['first', 'expired'])
  })

  test('a fresh token that is refused as well is the end, with the code that the server gave', async () => {
    const { tokens, asked } = setUp()
    const fresh = await tokens.replace(await tokens.current(), 'token-revoked')
    await expect(tokens.replace(fresh, 'token-revoked')).rejects.toMatchObject({
      code: 'unauthorized',
      serverCode: 'token-revoked',
      retry: false,
    })
    expect(asked).toEqual(['first', 'expired'])
  })

  test('a token that has been in use for a while is replaced like any other', async () => {
    const { tokens, clock } = setUp()
    await tokens.replace(await tokens.current(), 'token-expired')
    await clock.advance(5_000)
    expect((await tokens.replace(await tokens.current(), 'token-expired')).token).toBe('t3')
  })

  test('a machine that slept between asking and being refused is not signed out', async () => {
    const { tokens, clock } = setUp()
    const fresh = await tokens.replace(await tokens.current(), 'token-expired')
    clock.jump(3_600_000)
    expect((await tokens.replace(fresh, 'token-expired')).token).toBe('t3')
  })

  test('an application that cannot give one is asked again the next time', async () => {
    const { tokens } = setUp((number) =>
      number === 1 ? Promise.reject(new Error('offline')) : Promise.resolve('late'),
    )
    await expect(tokens.current()).rejects.toMatchObject({ code: 'token-unavailable', message: 'offline', retry: true })
    expect((await tokens.current()).token).toBe('late')
  })

  test.each(['', undefined as unknown as string])('%j is not a token', async (given) => {
    const { tokens } = setUp(() => Promise.resolve(given))
    await expect(tokens.current()).rejects.toMatchObject({ code: 'token-unavailable' })
  })

  test('an application that throws, or never answers, is given up on', async () => {
    const throwing = setUp(() => {
      throw new Error('a bug')
    })
    await expect(throwing.tokens.current()).rejects.toMatchObject({ code: 'token-unavailable', message: 'a bug' })

    const silent = setUp(() => new Promise(() => {}))
    const refused = expect(silent.tokens.current()).rejects.toMatchObject({ code: 'token-unavailable' })
    await silent.clock.advance(15_000)
    await refused
  })

  test('an application that says that nobody is signed in is believed', async () => {
    const { tokens } = setUp(() => Promise.reject(new LoyaltyClientError('unauthorized', 'signed out')))
    await expect(tokens.current()).rejects.toMatchObject({ code: 'unauthorized', message: 'signed out' })
  })

  test('what was asked for before forget() is not kept after it', async () => {
    const answers: ((token: string) => void)[] = []
    const { tokens, asked } = setUp(() => new Promise((resolve) => answers.push(resolve)))
    void tokens.current()
    await settlePromises()
    tokens.forget()
    const next = tokens.current()
    await settlePromises()
    answers[1]!('of the new user')
    await next
    answers[0]!('of the old user')
    await settlePromises()
    expect((await tokens.current()).token).toBe('of the new user')
    expect(asked).toEqual(['first', 'first'])
  })
})
