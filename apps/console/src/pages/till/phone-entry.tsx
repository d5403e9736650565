import { Button, TextInput } from '@mantine/core'
import { IconQrcode, IconSearch } from '@tabler/icons-react'
import type { RefObject } from 'react'
import { useWords } from '../../language/language.tsx'
import plate from '../../parts/plate.module.css'
import { useShortcut } from '../../shell/use-shortcut.ts'
import { NumberPad } from './number-pad.tsx'
import classes from './till.module.css'

/** The phone number, by keyboard, by thumb, or from a code before the camera. */
export function PhoneEntry({
  fieldRef,
  value,
  disabled,
  loading,
  onChange,
  onLookUp,
  onCamera,
}: {
  fieldRef: RefObject<HTMLInputElement | null>
  value: string
  disabled: boolean
  loading: boolean
  onChange: (value: string) => void
  onLookUp: (value: string) => void
  onCamera: () => void
}) {
  const words = useWords().till
  useShortcut('/', () => fieldRef.current?.focus())
  return (
    <form
      className={`${plate['plate']} ${classes['entry']}`}
      aria-label={words.phone}
      onSubmit={(event) => {
        event.preventDefault()
        onLookUp(value)
      }}
    >
      <TextInput
        ref={fieldRef}
        type="tel"
        inputMode="tel"
        label={words.phone}
        placeholder={words.phoneHint}
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
        disabled={disabled}
        maxLength={40}
        autoComplete="off"
        autoFocus
        size="lg"
        classNames={{ input: `${classes['display']} figure` }}
      />
      <NumberPad
        extra="+"
        disabled={disabled}
        onKey={(key) => onChange(value + key)}
        onBackspace={() => onChange(value.slice(0, -1))}
      />
      <Button
        type="submit"
        size="lg"
        fullWidth
        disabled={disabled || value.trim() === ''}
        loading={loading}
        leftSection={<IconSearch size={20} aria-hidden="true" />}
      >
        {words.lookUp}
      </Button>
      <Button
        variant="default"
        size="lg"
        fz="md"
        fullWidth
        disabled={disabled}
        leftSection={<IconQrcode size={20} aria-hidden="true" />}
        onClick={onCamera}
      >
        {words.scan}
      </Button>
    </form>
  )
}
