/** Round numbers along an axis, the lowest first. */
export type Axis = { readonly low: number; readonly high: number; readonly ticks: readonly number[] }

const STEPS = [1, 2, 2.5, 5, 10]
const INTERVALS_MAX = 4

/** An axis from nothing, or from the least where that is below, up to a round number that all of these are below. `unit` is the smallest step: one whole, not a part of it. */
export function axisOf(values: readonly number[], unit = 1): Axis {
  const least = Math.min(0, ...values)
  const most = Math.max(0, ...values)
  if (least === most) return { low: 0, high: unit, ticks: [0] }
  const step = stepOf((most - least) / INTERVALS_MAX / unit) * unit
  const lowest = Math.ceil(least / step) * step
  const high = Math.ceil(most / step) * step
  const ticks = Array.from({ length: Math.round((high - lowest) / step) + 1 }, (_, index) => lowest + index * step)
  // What goes down a little takes little room.
  return { low: least, high, ticks }
}

/** The next round number from a rough step on. */
function stepOf(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = power * STEPS.find((candidate) => candidate >= rough / power)!
  return Math.max(1, Number.isInteger(step) ? step : Math.ceil(step))
}

/** Which of so many are named below the axis, evenly: not more than there is room for, and the last always. */
export function labelled(count: number, max: number): readonly number[] {
  const every = Math.ceil(count / max)
  return Array.from({ length: Math.ceil(count / every) }, (_, index) => count - 1 - index * every).toReversed()
}
