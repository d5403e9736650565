import { minorDigits, minorUnits } from '@loyalty-live/events/minor-units'
import { NumberInput, type NumberInputProps } from '@mantine/core'

/** An amount, typed as people write it and kept in minor units; null while nothing is typed. */
export function AmountInput({
  currency,
  value,
  onChange,
  ...input
}: Omit<NumberInputProps, 'value' | 'onChange'> & {
  currency: string
  value: number | null
  onChange: (amountMinor: number | null) => void
}) {
  const digits = minorDigits(currency)
  return (
    <NumberInput
      value={value === null ? '' : value / minorUnits(currency)}
      onChange={(typed) => onChange(typed === '' ? null : Math.round(Number(typed) * minorUnits(currency)))}
      min={0}
      max={AMOUNT_MAX}
      decimalScale={digits}
      allowNegative={false}
      thousandSeparator=" "
      rightSection={<span>{currency}</span>}
      rightSectionWidth={52}
      hideControls
      classNames={{ input: 'figure' }}
      {...input}
    />
  )
}

/** More than anything costs, and far below where numbers stop being exact. */
const AMOUNT_MAX = 1_000_000_000
