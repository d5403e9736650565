import { useDashboardWords } from '../../language/dashboard-words.ts'
import { useFormat } from '../../language/language.tsx'
import type { Step } from './steps.ts'

export type StepWords = {
  /** In full: Sat 21 Nov · 14:00. */
  readonly whole: (step: Step) => string
  /** Below an axis. */
  readonly short: (step: Step) => string
  /** How long a step is. */
  readonly lengthOf: (steps: readonly Step[]) => 'hour' | 'day' | 'week'
}

/** What a step of time is called. */
export function useStepWords(): StepWords {
  const words = useDashboardWords()
  const format = useFormat()
  return {
    whole({ from, to, hour }) {
      if (hour !== null) return format.hour(hour)
      return from === to ? format.day(from) : words.week(format.day(from))
    },
    short: ({ from, hour }) => (hour === null ? format.dayOfMonth(from) : format.hour(hour)),
    lengthOf: (steps) =>
      steps.some(({ hour }) => hour !== null) ? 'hour' : steps.some(({ from, to }) => from !== to) ? 'week' : 'day',
  }
}
