import { Alert, Button, Group, Text } from '@mantine/core'
import { Refusal } from '../api/http.ts'
import { useFormat, useWords } from '../language/language.tsx'
import type { PointsSender, Sending } from './sender.ts'

/** What became of a change, as far as it needs saying: an answer that is outstanding, or a refusal. */
export function SendingNotice({
  sending,
  sender,
}: {
  sending: Sending<unknown>
  sender: Pick<PointsSender, 'askAgain' | 'clear'>
}) {
  const words = useWords()
  const format = useFormat()
  if (sending.state === 'unknown') {
    return (
      <Alert color="yellow" variant="light" role="alert" data-testid="unknown-answer">
        <Text>{words.points.unknown}</Text>
        <Group mt="sm" gap="xs">
          <Button size="sm" onClick={() => sender.askAgain()}>
            {words.points.askAgain}
          </Button>
          <Button size="sm" variant="default" onClick={() => sender.clear()}>
            {words.points.giveUp}
          </Button>
        </Group>
      </Alert>
    )
  }
  if (sending.state !== 'refused') return null
  const { error } = sending
  const available = error instanceof Refusal && error.code === 'insufficient-points' ? error.problem['available'] : null
  return (
    <Alert color="red" variant="light" role="alert" data-testid="refused">
      {typeof available === 'number'
        ? words.points.notEnough(format.number(available))
        : error instanceof Error
          ? error.message
          : String(error)}
    </Alert>
  )
}
