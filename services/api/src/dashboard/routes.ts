import { Readable } from 'node:stream'
import { z } from 'zod'
import type { Db } from '../db/connect.ts'
import { ADMIN, type App } from '../http/app-types.ts'
import { responses } from '../http/problem.ts'
import { exportMoney } from './export.ts'
import { readDashboard } from './read.ts'
import { dashboard, periodQuery } from './schemas.ts'

/** How the business is doing. */
export function dashboardRoutes(app: App, { db }: { db: Db }): void {
  const config = { access: ADMIN }
  const tags = ['dashboard']

  app.route({
    method: 'GET',
    url: '/api/admin/dashboard',
    config,
    schema: {
      tags,
      summary: 'Figures of a period, and of the one before it',
      querystring: periodQuery,
      response: responses({ 200: dashboard }),
    },
    handler: async ({ caller: { tenant }, query: { period } }) => readDashboard(db, tenant, period, new Date()),
  })

  app.route({
    method: 'GET',
    url: '/api/admin/dashboard.csv',
    config,
    schema: {
      tags,
      summary: 'The money of a period, line by line',
      description:
        'Payments that came in and refunds, these below zero, oldest first, in the time of the place: the lines of a currency add up to its revenue on the dashboard.',
      querystring: periodQuery,
      response: {
        ...responses({}),
        200: { content: { 'text/csv': { schema: z.unknown().meta({ type: 'string' }) } } },
      },
    },
    handler: async ({ caller: { tenant }, query: { period } }, reply) => {
      const { range, lines } = await exportMoney(db, tenant, period, new Date())
      return reply
        .type('text/csv; charset=utf-8')
        .header('content-disposition', `attachment; filename="money-${tenant}-${range.from}-to-${range.to}.csv"`)
        .send(Readable.from(lines))
    },
  })
}
