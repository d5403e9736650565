/** How long and how often things are measured. */
export type Settings = {
  /** Of one measurement. */
  readonly seconds: number
  /** Measurements of everything that is compared, in turns: A B C A B C …; the median of each is what counts. */
  readonly rounds: number
  /**
   * How long to wait for a quiet machine before each measurement. Above 0, a measurement that was disturbed all the same is
   * made again, once, and the calmer one counts.
   */
  readonly patienceSeconds: number
  /** Short enough to look at while changing something; too short to quote. */
  readonly quick: boolean
  /** `growth`: up to so many ledger entries. */
  readonly entriesMax: number
}

/** One part of the benchmark, such as `ledger`. */
export type Part = {
  readonly name: string
  readonly description: string
  /** Measures. Tells what it is doing through `say`, a line at a time. */
  readonly run: (settings: Settings, say: Say) => Promise<Findings>
}

export type Say = (line: string) => void

export type Findings = {
  readonly tables: readonly Table[]
  readonly verdicts: readonly Verdict[]
  /** What a reader must know about these figures, such as something that could not be measured here. */
  readonly notes: readonly string[]
}

export type Table = {
  readonly title: string
  /** Names with their units. */
  readonly columns: readonly string[]
  /** The first cell names the row; null is what was not measured. */
  readonly rows: readonly (readonly Cell[])[]
}

export type Cell = string | number | null

/** A figure that something was promised about. `value` is null when it could not be measured. */
export type Verdict = {
  readonly claim: string
  readonly value: number | null
  readonly target: number
  readonly must: 'reach' | 'not exceed'
}

export function isMet({ value, target, must }: Verdict): boolean | null {
  if (value === null || !Number.isFinite(value)) return null
  return must === 'reach' ? value >= target : value <= target
}
