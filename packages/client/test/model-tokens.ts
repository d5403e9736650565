import type { GetToken } from '../src/tokens.ts'
import { later, type World } from './weather.ts'

/** A sign-in service, and what its servers think of a token. They go by their own clock, which never jumps. */
export type ModelTokens = {
  readonly getToken: GetToken
  isRefused(token: string): boolean
  leftMs(token: string): number
  /** Every token stops counting, but for those that were issued just now. */
  expireAll(): void
}

const LIFE_MS = 40_000
const JUST_ISSUED_MS = 20_000

export function createModelTokens(world: World): ModelTokens {
  const { clock, weather, faults } = world
  let issued = 0
  let revokedBeforeMs = 0
  const leftMs = (token: string): number => expiryOf(token) - clock.elapsedMs

  return {
    getToken: () =>
      new Promise((resolve, reject) => {
        later(world, () => {
          if (weather.tokens === 'refused') {
            faults.note('token not given')
            return reject(new Error('the sign-in service is down'))
          }
          resolve(`${issued++}@${clock.elapsedMs + LIFE_MS}`)
        })
      }),
    isRefused: (token) => leftMs(token) <= 0 || expiryOf(token) < revokedBeforeMs,
    leftMs,
    expireAll() {
      revokedBeforeMs = clock.elapsedMs + LIFE_MS - JUST_ISSUED_MS
    },
  }
}

/** A token says its number and when it expires. */
function expiryOf(token: string): number {
  return Number(token.split('@')[1])
}
