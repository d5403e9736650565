import type { Db } from '../db/connect.ts'
import { withTenant, withTenantSnapshot, type TenantTransaction } from '../db/tenant-scope.ts'
import type { KnownSettings } from '../db/tenant-settings.ts'
import { ApiError } from '../errors.ts'
import { ADMIN, OWNER, type App } from '../http/app-types.ts'
import { responses } from '../http/problem.ts'
import { ifMatchHeaders, requireVersion, versionTag } from '../http/versions.ts'
import { readCursor } from '../stream/read.ts'
import { patchBody, settingsRecord, type SettingsRecord } from './schemas.ts'
import { countFigured, findSettings, hasAmounts, lockSettings, updateSettings } from './store.ts'

export type SettingsOptions = { db: Db; settings: KnownSettings }

/** Some two to five seconds' worth. */
const FIGURES_RECOUNTED_MAX = 500_000

const url = '/api/admin/settings'
const tags = ['settings']

/** What a business is called, and how it works. They are no part of the stream: nobody is told of a change. */
export function settingsRoutes(app: App, { db, settings }: SettingsOptions): void {
  app.route({
    method: 'GET',
    url,
    config: { access: ADMIN },
    schema: {
      tags,
      summary: 'Settings of the tenant',
      response: responses({ 200: settingsRecord }, 'tenant-not-found'),
    },
    handler: async ({ caller: { tenant } }, reply) => {
      const record = await withTenantSnapshot(db, tenant, async (trx) => ({
        ...existing(await findSettings(trx, tenant), tenant),
        cursor: await readCursor(trx, tenant),
      }))
      return reply.header('etag', versionTag(record.version)).send(record)
    },
  })

  app.route({
    method: 'PATCH',
    url,
    config: { access: OWNER },
    schema: {
      tags,
      summary: 'Change the settings of the tenant',
      description:
        'Needs If-Match. Only what is given changes. The currency stays once an amount was recorded in it: figures in two currencies cannot be added up. Another time zone counts the dashboard anew; with more than half a million payments and entries it is refused, and the operator’s to do.',
      headers: ifMatchHeaders,
      body: patchBody,
      response: responses(
        { 200: settingsRecord },
        'tenant-not-found',
        'currency-in-use',
        'version-mismatch',
        'precondition-required',
      ),
    },
    handler: async ({ caller: { tenant }, headers, body }, reply) => {
      const record = await withTenant(db, tenant, async (trx) => {
        const before = existing(await lockSettings(trx, tenant), tenant)
        requireVersion(headers['if-match'], before.version, () => before)
        if ((body.currency ?? before.currency) !== before.currency && (await hasAmounts(trx, tenant))) {
          const detail = `amounts were recorded in ${before.currency}, so ${body.currency} cannot take its place any more`
          throw new ApiError('currency-in-use', detail)
        }
        if ((body.timeZone ?? before.timeZone) !== before.timeZone) await requireShortHistory(trx, tenant)
        return {
          ...(await updateSettings(trx, tenant, body)),
          cursor: await readCursor(trx, tenant),
        }
      })
      settings.forget(tenant)
      return reply.header('etag', versionTag(record.version)).send(record)
    },
  })
}

/** By other days all figures of the dashboard are counted anew, which nobody who asks for it, and no till, should wait for long. */
async function requireShortHistory(trx: TenantTransaction, tenant: string): Promise<void> {
  const counted = await countFigured(trx, tenant)
  if (counted <= FIGURES_RECOUNTED_MAX) return
  const field = 'body.timeZone'
  const message = `${counted.toLocaleString('en')} payments and entries would be counted anew by other days: the operator does it, at a quiet hour`
  throw new ApiError('invalid-request', `${field}: ${message}`, { errors: [{ field, message }] })
}

function existing(record: SettingsRecord | undefined, tenant: string): SettingsRecord {
  if (record) return record
  throw new ApiError('tenant-not-found', `there is no tenant ${tenant}`)
}
