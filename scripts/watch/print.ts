import type { StreamEvent } from '@loyalty-live/events'
import type { Status } from '@loyalty-live/client'
import { describeEvent } from './describe.ts'

/** What is printed of a stream: text for people, or one JSON object a line for programs. */
export type Printer = {
  event(event: StreamEvent): void
  status(status: Status): void
  note(text: string): void
}

const SIGNS: Record<Status['state'], string> = {
  connecting: '… connecting',
  live: '● live',
  polling: '◐ polling',
  offline: '○ offline',
  unauthorized: '✕ signed out',
}

export function createPrinter(json: boolean, print: (line: string) => void, now = () => new Date()): Printer {
  return json ? jsonPrinter(print, now) : textPrinter(print, now)
}

function textPrinter(print: (line: string) => void, now: () => Date): Printer {
  const line = (text: string) => print(`${now().toISOString().slice(11, 23)}  ${text}`)
  return {
    event(event) {
      const age = ageText(ageMs(event, now()))
      line(`${age.padStart(8)}  ${String(event.seq).padStart(7)}  ${describeEvent(event)}`)
    },
    status: ({ state, reason }) => line(reason === null ? SIGNS[state] : `${SIGNS[state]} (${reason})`),
    note: line,
  }
}

function jsonPrinter(print: (line: string) => void, now: () => Date): Printer {
  const line = (kind: string, facts: object) => print(JSON.stringify({ kind, at: now().toISOString(), ...facts }))
  return {
    event: (event) => line('event', { ageMs: ageMs(event, now()), event }),
    status: ({ state, reason }) => line('status', { state, reason }),
    note: (text) => line('note', { text }),
  }
}

/** From the commit to here; only as right as the two clocks agree. */
const ageMs = ({ timestamp }: StreamEvent, now: Date) => now.getTime() - Date.parse(timestamp)

function ageText(ms: number): string {
  if (ms < 10_000) return `${ms} ms`
  return ms < 600_000 ? `${Math.round(ms / 1000)} s` : `${Math.round(ms / 60_000)} min`
}
