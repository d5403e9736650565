import { useFormat, useWords } from '../words/language.tsx'
import type { CodeAnswer } from './ask-for-code.ts'

const MINUTE_SECONDS = 60

/** Why no code was sent, in words; null when one was. */
export function useExplain(): (answer: CodeAnswer) => string | null {
  const words = useWords().signIn
  const format = useFormat()
  return (answer) => {
    switch (answer.kind) {
      case 'sent':
        return null
      case 'wrong-number':
        return words.phoneWrong
      case 'not-sent':
        return words.notSent
      case 'no-answer':
        return words.noAnswer
      case 'limited':
        return words.tooManyCodes(format.duration(answer.forSeconds ?? MINUTE_SECONDS))
      default:
        return answer satisfies never
    }
  }
}
