import { ActionIcon, Tooltip } from '@mantine/core'
import { IconChartBar, IconTable } from '@tabler/icons-react'
import { useState, type ReactNode } from 'react'
import type { Column } from '../../charts/columns-chart.tsx'
import { ColumnsChart, type ColumnsChartProps } from '../../charts/columns-chart.tsx'
import { useDashboardWords } from '../../language/dashboard-words.ts'
import { Panel } from '../../parts/panel.tsx'
import { EmptyState, LoadingChart } from '../../parts/states.tsx'
import classes from './dashboard.module.css'

export type SeriesPanelProps = Pick<ColumnsChartProps, 'unit' | 'wordValue' | 'label' | 'readout'> & {
  title: string
  actions?: ReactNode
  testId: string
  /** Null: they are on their way. */
  columns: readonly Column[] | null
  /** The same as a table: names of the columns after the time, and a row for each step. */
  table: { readonly heads: readonly string[]; readonly rows: readonly (readonly string[])[] }
  empty: { readonly icon: ReactNode; readonly title: string; readonly text: string }
}

/** Figures over time as a chart, or as a table for who would rather read them. */
export function SeriesPanel({ title, actions, testId, columns, table, empty, ...chart }: SeriesPanelProps) {
  const words = useDashboardWords()
  const [asTable, setAsTable] = useState(false)
  const other = asTable ? words.asChart : words.asTable
  const isEmpty = columns?.every(({ value, opposite = 0 }) => value === 0 && opposite === 0) ?? false

  return (
    <Panel
      title={title}
      testId={testId}
      actions={
        <>
          {actions}
          {!isEmpty && (
            <Tooltip label={other}>
              <ActionIcon variant="subtle" aria-label={`${title}: ${other}`} onClick={() => setAsTable(!asTable)}>
                {asTable ? <IconChartBar size={18} aria-hidden="true" /> : <IconTable size={18} aria-hidden="true" />}
              </ActionIcon>
            </Tooltip>
          )}
        </>
      }
    >
      {columns === null ? (
        <LoadingChart />
      ) : isEmpty ? (
        <EmptyState icon={empty.icon} title={empty.title}>
          {empty.text}
        </EmptyState>
      ) : asTable ? (
        <table className={`${classes['table']} figure`} aria-label={title}>
          <thead>
            <tr>
              {[words.time, ...table.heads].map((head) => (
                <th key={head} scope="col">
                  {head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {table.rows.map(([time, ...cells]) => (
              <tr key={time}>
                <th scope="row">{time}</th>
                {cells.map((cell, index) => (
                  <td key={table.heads[index]}>{cell}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      ) : (
        <ColumnsChart columns={columns} {...chart} />
      )}
    </Panel>
  )
}
