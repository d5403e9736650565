import type { Findings, Table, Verdict } from '../run/part.ts'
import { medianOf } from '../run/statistics.ts'
import type { Operation, SizeCosts } from './measure-size.ts'
import { pageLabels, pageNames } from './pages.ts'
import type { Size } from './sizes.ts'

export type MeasuredSize = { readonly size: Size; readonly bytes: number; readonly costs: readonly SizeCosts[] }

/** The dearest size must not cost more than so many times the cheapest one before it. */
const FLAT = 1.5

const operations: readonly Operation[] = ['redemption', ...pageNames]
const labelOf = (operation: Operation) => (operation === 'redemption' ? 'redemption' : pageLabels[operation])

export function reportGrowth(byEntries: readonly MeasuredSize[], byTenants: readonly MeasuredSize[]): Findings {
  return {
    tables: [
      cpuTable('CPU µs (API + PostgreSQL) by entries, in 10 tenants', byEntries, ({ size }) =>
        entriesText(size.entries),
      ),
      latencyTable('p50 ms by entries, 4 callers', byEntries, ({ size }) => entriesText(size.entries)),
      cpuTable(
        `CPU µs (API + PostgreSQL) by tenants, ${entriesText(byTenants[0]!.size.entries)} in all`,
        byTenants,
        ({ size }) => `${size.tenants} tenants`,
      ),
    ],
    verdicts: [...verdictsOf('entries', byEntries), ...verdictsOf('tenants', byTenants)],
    notes: [
      '“×” is the largest database beside the smallest one.',
      `On disk: ${byEntries.map(({ size, bytes }) => `${entriesText(size.entries)} ${Math.round(bytes / 2 ** 20)} MiB`).join(', ')}.`,
    ],
  }
}

const entriesText = (count: number) => `10^${Math.round(Math.log10(count))} entries`

const cpuOf = ({ costs }: MeasuredSize, operation: Operation) => medianOf(costs, (cost) => cost[operation].cpuUs)
const p50Of = ({ costs }: MeasuredSize, operation: Operation) => medianOf(costs, (cost) => cost[operation].p50Ms)

const cpuTable = (title: string, sizes: readonly MeasuredSize[], nameOf: (size: MeasuredSize) => string) =>
  tableOf(title, sizes, nameOf, cpuOf)
const latencyTable = (title: string, sizes: readonly MeasuredSize[], nameOf: (size: MeasuredSize) => string) =>
  tableOf(title, sizes, nameOf, p50Of)

function tableOf(
  title: string,
  sizes: readonly MeasuredSize[],
  nameOf: (size: MeasuredSize) => string,
  figure: (size: MeasuredSize, operation: Operation) => number,
): Table {
  return {
    title,
    columns: ['', ...sizes.map(nameOf), '×'],
    rows: operations.map((operation) => [
      labelOf(operation),
      ...sizes.map((size) => figure(size, operation)),
      figure(sizes.at(-1)!, operation) / figure(sizes[0]!, operation),
    ]),
  }
}

function verdictsOf(axis: string, sizes: readonly MeasuredSize[]): Verdict[] {
  return operations.map((operation) => {
    const costs = sizes.map((size) => cpuOf(size, operation))
    return {
      claim: `${labelOf(operation)}: dearest size × cheapest, by ${axis}`,
      value: Math.max(...costs) / Math.min(...costs),
      target: FLAT,
      must: 'not exceed',
    }
  })
}
