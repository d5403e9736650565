import { Alert } from '@mantine/core'
import { NoAnswer } from '../api/http.ts'
import { useWords } from '../language/language.tsx'

/** Why something was not done; nothing while there is no such reason. */
export function Problem({ error }: { error: Error | null }) {
  const words = useWords().states
  return (
    error && (
      <Alert color="red" variant="light" role="alert">
        {error instanceof NoAnswer ? words.noAnswer : error.message}
      </Alert>
    )
  )
}
