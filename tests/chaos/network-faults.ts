import type { Random } from '../../scripts/random.ts'
import type { Fault, MakeFault } from './faults.ts'
import type { Platform } from './platform.ts'
import type { PostFate } from './post-proxy.ts'

/** Some of the POSTs from the API to the realtime server meet this fate. */
const posts = ({ posts: proxy }: Platform, random: Random, fate: PostFate): Fault => {
  const share = random.pick([0.3, 0.7, 1])
  const delayMs = random.int(50, 900)
  return {
    lastsMs: random.int(400, 1_200),
    strike() {
      proxy.fate = () => (random.chance(share) ? fate : 'pass')
      proxy.delayMs = () => random.int(0, delayMs)
    },
    heal() {
      proxy.fate = () => 'pass'
    },
  }
}

/** A share of the sockets between clients and the realtime server. */
const share = (random: Random) => {
  const part = random.pick([0.2, 0.5, 1])
  return () => random.chance(part)
}

export const networkFaults = {
  'drop-post': (platform, random) => posts(platform, random, 'drop'),
  'drop-answer': (platform, random) => posts(platform, random, 'drop-answer'),
  'delay-post': (platform, random) => posts(platform, random, 'late'),
  'repeat-post': (platform, random) => posts(platform, random, 'twice'),
  'refuse-post': (platform, random) => posts(platform, random, 'refuse'),

  'cut-sockets': ({ wire }, random) => {
    const chosen = share(random)
    const refusing = random.chance(0.5)
    return {
      lastsMs: random.int(0, 800),
      strike() {
        wire.refusing = refusing
        wire.cut(chosen)
      },
      heal: () => wire.heal(),
    }
  },

  // Longer than a client believes in a silent socket, so that it finds out by itself.
  'half-open-sockets': ({ wire }, random) => {
    const chosen = share(random)
    return { lastsMs: random.int(300, 1_800), strike: () => wire.kill(chosen), heal: () => wire.heal() }
  },

  'slow-sockets': ({ wire }, random) => {
    const chosen = share(random)
    return { lastsMs: random.int(300, 1_200), strike: () => wire.freeze(chosen), heal: () => wire.heal() }
  },

  // The way of the tills, and of catching up: requests are cut off in the middle, on either side of their commit.
  'cut-requests': ({ front }, random) => {
    const chosen = share(random)
    return {
      lastsMs: random.int(0, 600),
      strike() {
        front.refusing = random.chance(0.5)
        front.cut(chosen)
      },
      heal: () => front.heal(),
    }
  },

  // Every socket is lost, the new ones stop in the middle of their replay, and nobody gets a fresh token meanwhile.
  'expire-tokens': ({ wire, tokens }, random) => ({
    lastsMs: random.int(1_000, 2_000),
    strike() {
      tokens.away = true
      wire.freezing = true
      wire.cut(() => true)
    },
    heal() {
      tokens.away = false
      wire.heal()
    },
  }),
} satisfies Record<string, MakeFault>
