import { setTimeout as sleep } from 'node:timers/promises'
import { styleText } from 'node:util'
import type { Narrator } from './play.ts'

export type NarratorOptions = {
  readonly output: NodeJS.WritableStream
  /** Plain text for a file or a pipe. */
  readonly colours: boolean
  /** Before each step, so that people can follow. */
  readonly pauseMs: number
  readonly stopping: AbortSignal
}

export type Told = {
  /** How long each screen took to know, in milliseconds. */
  readonly knownMs: readonly number[]
}

const SCREEN_WIDTH = 17
const TEXT_WIDTH = 52

/** Tells the story as text, one line for each thing that a screen came to know. */
export function createNarrator({ output, colours, pauseMs, stopping }: NarratorOptions): Narrator & Told {
  const style = (format: Parameters<typeof styleText>[0], text: string) => (colours ? styleText(format, text) : text)
  const knownMs: number[] = []
  let steps = 0
  return {
    knownMs,
    async step(text) {
      if (pauseMs > 0) await sleep(pauseMs, undefined, { signal: stopping })
      output.write(`\n${style('bold', `${++steps}  ${text}`)}\n`)
    },
    known(screen, text, ms) {
      knownMs.push(ms)
      const took = style('green', `${Math.round(ms)} ms`.padStart(7))
      output.write(`   ${style('cyan', screen.padEnd(SCREEN_WIDTH))}${text.padEnd(TEXT_WIDTH)}${took}\n`)
    },
    note: (text) => void output.write(`   ${style('dim', text)}\n`),
  }
}
