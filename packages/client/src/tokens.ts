import type { Clock } from './clock.ts'
import { asClientError, LoyaltyClientError } from './errors.ts'
import { withLimit } from './time-limit.ts'

/** Why a token is asked for: there is none yet, or the one there was does not count any more (or soon will not). */
export type TokenReason = 'first' | 'expired'
export type GetToken = (why: TokenReason) => Promise<string>

/** A token as it is about to be used. `fresh`: it was issued just now, in place of another. */
export type Grant = { readonly token: string; readonly fresh: boolean; readonly issuedAtMs: number }

/** The one token that socket and REST share. */
export type Tokens = {
  current(): Promise<Grant>
  /** A new token in place of the current one, which still counts. */
  renew(): Promise<Grant>
  /**
   * A token in place of one that a server refused with `serverCode`. Rejects with `unauthorized` when that one was fresh, and
   * still is: another would be refused as well, and asking on would hammer the sign-in service.
   */
  replace(refused: Grant, serverCode: string): Promise<Grant>
  /** Starts over, as somebody else perhaps. */
  forget(): void
}

/** A token that is sent within this time of being issued is fresh… */
const FRESH_MS = 5_000
/** … and does not count as such when the refusal comes later than this: the machine has slept in between, and it expired. */
const REFUSED_AT_ONCE_MS = 15_000
const TOKEN_LIMIT_MS = 15_000

/**
 * Keeps a token and asks the application for another when needed, one question at a time. Rejects with `token-unavailable`
 * when the application gives none, or with the LoyaltyClientError that it threw itself.
 */
export function createTokens(getToken: GetToken, clock: Clock): Tokens {
  type Held = { readonly token: string; readonly renewed: boolean; readonly issuedAtMs: number }
  let held: Held | null = null
  let asking: Promise<Held> | null = null

  function ask(why: TokenReason): Promise<Held> {
    if (asking) return asking
    const mine = askApplication(why)
      .then((issued) => {
        // What was asked for before forget() may be the token of somebody who has signed out.
        if (asking === mine) held = issued
        return issued
      })
      .finally(() => {
        if (asking === mine) asking = null
      })
    asking = mine
    return mine
  }

  async function askApplication(why: TokenReason): Promise<Held> {
    try {
      const token = await withLimit({ clock, limitMs: TOKEN_LIMIT_MS, what: 'getToken' }, () => getToken(why))
      if (typeof token !== 'string' || token === '') throw new Error('getToken answered no token')
      return { token, renewed: why === 'expired', issuedAtMs: clock.now() }
    } catch (thrown) {
      if (thrown instanceof LoyaltyClientError && thrown.code === 'unauthorized') throw thrown
      throw new LoyaltyClientError('token-unavailable', asClientError(thrown, 'token-unavailable').message, {
        cause: thrown,
      })
    }
  }

  function grant({ token, renewed, issuedAtMs }: Held): Grant {
    return { token, issuedAtMs, fresh: renewed && isWithin(FRESH_MS, issuedAtMs) }
  }

  function isWithin(limitMs: number, sinceMs: number): boolean {
    const ageMs = clock.now() - sinceMs
    return ageMs >= 0 && ageMs < limitMs
  }

  return {
    current: async () => grant(held ?? (await ask('first'))),
    renew: async () => grant(await ask('expired')),
    async replace(refused, serverCode) {
      if (refused.fresh && isWithin(REFUSED_AT_ONCE_MS, refused.issuedAtMs)) {
        throw new LoyaltyClientError('unauthorized', `the token was refused (${serverCode}), and a fresh one too`, {
          serverCode,
        })
      }
      // Socket and REST are refused at the same time: the second of them finds the token replaced already.
      return grant(held?.token === refused.token ? await ask('expired') : (held ?? (await ask('first'))))
    },
    forget() {
      held = null
      asking = null
    },
  }
}
