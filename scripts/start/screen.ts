import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { prettyFactory } from 'pino-pretty'

/** What one sees of a running platform: every line says which part it is from. */
export type Screen = {
  /** A line of `npm start` itself. */
  say(message: string, level?: 'info' | 'warn'): void
  /** Text as it is. */
  print(text: string): void
  /** Shows a part's log lines, readable; lines that are not pino's are shown as they are. */
  follow(part: string, lines: Readable): void
}

const LEVELS = { info: 30, warn: 40 }
const PART_WIDTH = 9

/** Colours only for a terminal that wants them: a file or a pipe gets plain text. */
export function createScreen(output: NodeJS.WriteStream, env: Record<string, string | undefined>): Screen {
  const pretty = prettyFactory({
    colorize: output.isTTY && !env['NO_COLOR'],
    translateTime: 'SYS:HH:MM:ss.l',
    ignore: 'pid,hostname,name,service',
    singleLine: true,
  })

  function show(part: string, line: string): void {
    const text = (pretty(line) ?? '').trimEnd()
    for (const piece of text.split('\n')) output.write(`${part.padEnd(PART_WIDTH)}${piece}\n`)
  }

  return {
    say: (message, level = 'info') =>
      show('start', JSON.stringify({ level: LEVELS[level], time: Date.now(), msg: message })),
    print: (text) => void output.write(text),
    follow: (part, lines) => void createInterface({ input: lines }).on('line', (line) => show(part, line)),
  }
}
