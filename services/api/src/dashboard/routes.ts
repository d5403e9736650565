import type { Db } from '../db/connect.ts'
import { ADMIN, type App } from '../http/app-types.ts'
import { responses } from '../http/problem.ts'
import { readDashboard } from './read.ts'
import { dashboard, periodQuery } from './schemas.ts'

/** How the business is doing. */
export function dashboardRoutes(app: App, { db }: { db: Db }): void {
  app.route({
    method: 'GET',
    url: '/api/admin/dashboard',
    config: { access: ADMIN },
    schema: {
      tags: ['dashboard'],
      summary: 'Figures of a period, and of the one before it',
      querystring: periodQuery,
      response: responses({ 200: dashboard }),
    },
    handler: async ({ caller: { tenant }, query: { period } }) => readDashboard(db, tenant, period, new Date()),
  })
}
