import { Button, TextInput } from '@mantine/core'
import { IconCamera, IconQrcode } from '@tabler/icons-react'
import { useRef } from 'react'
import { useEngagementWords } from '../../language/engagement-words.ts'
import { useShortcut } from '../../shell/use-shortcut.ts'
import classes from './scan.module.css'

/** A code, from the camera, or by keyboard: what a hand scanner types arrives here, too, where it is too slow to be told from a person. */
export function CodeEntry({
  value,
  isBusy,
  onChange,
  onScan,
  onCamera,
}: {
  value: string
  isBusy: boolean
  onChange: (value: string) => void
  onScan: (code: string) => void
  onCamera: () => void
}) {
  const words = useEngagementWords().scan
  const field = useRef<HTMLInputElement>(null)
  useShortcut('/', () => field.current?.focus())
  return (
    <>
      <Button
        size="xl"
        fz="lg"
        fullWidth
        disabled={isBusy}
        leftSection={<IconCamera size={22} aria-hidden="true" />}
        onClick={onCamera}
      >
        {words.camera}
      </Button>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          onScan(value)
        }}
      >
        <TextInput
          ref={field}
          label={words.code}
          placeholder={words.codeHint}
          value={value}
          onChange={(event) => onChange(event.currentTarget.value)}
          disabled={isBusy}
          maxLength={500}
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          autoFocus
          size="lg"
          classNames={{ label: classes['label']!, input: classes['code']! }}
        />
        <Button
          type="submit"
          mt="sm"
          size="lg"
          fz="md"
          fullWidth
          variant="default"
          disabled={value.trim() === ''}
          loading={isBusy}
          leftSection={<IconQrcode size={20} aria-hidden="true" />}
        >
          {words.submit}
        </Button>
      </form>
    </>
  )
}
