import { NumberInput, type NumberInputProps } from '@mantine/core'
import { POINTS_MAX } from './points-request.ts'

/** Points, typed: a whole number of them unless `decimalScale` says otherwise. */
export function PointsInput(input: NumberInputProps) {
  return (
    <NumberInput
      min={1}
      max={POINTS_MAX}
      decimalScale={0}
      allowNegative={false}
      thousandSeparator=" "
      hideControls
      classNames={{ input: 'figure' }}
      {...input}
    />
  )
}
