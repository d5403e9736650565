import { z } from 'zod'
import type { Db } from '../db/connect.ts'
import { ApiError } from '../errors.ts'
import { ADMIN, type App, type Caller } from '../http/app-types.ts'
import { pageOf } from '../http/paging.ts'
import { responses } from '../http/problem.ts'
import { ifMatchHeaders, requireVersion, versionTag } from '../http/versions.ts'
import { readPage } from '../stream/read-page.ts'
import { readCursor } from '../stream/read.ts'
import { writeStream, type Append, type OnCommitted } from '../stream/write.ts'
import { createBody, idParams, listQuery, patchBody, programItem, programRecord, type ProgramItem } from './schemas.ts'
import { clearDefault, insertProgram, listPrograms, lockProgram, updateProgram, type ProgramRow } from './store.ts'

export type ProgramsOptions = { db: Db; onCommitted: OnCommitted }

const byName = {
  key: z.tuple([z.string()]).transform(([name]) => name),
  keyOf: ({ name }: ProgramRow) => [name],
}

/** Points schemes of a tenant. */
export function programRoutes(app: App, { db, onCommitted }: ProgramsOptions): void {
  const config = { access: ADMIN }
  const tags = ['programmes']

  app.route({
    method: 'GET',
    url: '/api/admin/programs',
    config,
    schema: {
      tags,
      summary: 'Programmes, by name',
      querystring: listQuery,
      response: responses({ 200: pageOf(programItem) }),
    },
    handler: ({ caller: { tenant }, query }) =>
      readPage(db, tenant, query, {
        order: byName,
        rows: (trx, after, limit) => listPrograms(trx, tenant, after, limit),
        toItem,
      }),
  })

  app.route({
    method: 'POST',
    url: '/api/admin/programs',
    config,
    schema: {
      tags,
      summary: 'Create a programme',
      body: createBody,
      response: responses({ 201: programRecord }, 'name-taken'),
    },
    handler: async ({ caller, body }, reply) => {
      const { tenant } = caller
      const record = await writeStream(db, onCommitted, tenant, async (trx, append) => {
        const row = await insertProgram(trx, tenant, body).catch((error) => refuseTakenName(error, body.name))
        await announce(append, caller, row)
        return { ...toItem(row), cursor: await readCursor(trx, tenant) }
      })
      return reply.code(201).header('etag', versionTag(record.version)).send(record)
    },
  })

  app.route({
    method: 'PATCH',
    url: '/api/admin/programs/:id',
    config,
    schema: {
      tags,
      summary: 'Change a programme',
      description: 'Needs If-Match. Only what is given changes.',
      params: idParams,
      headers: ifMatchHeaders,
      body: patchBody,
      response: responses(
        { 200: programRecord },
        'program-not-found',
        'name-taken',
        'version-mismatch',
        'precondition-required',
      ),
    },
    handler: async ({ caller, params: { id }, headers, body }, reply) => {
      const { tenant } = caller
      const record = await writeStream(db, onCommitted, tenant, async (trx, append) => {
        const before = await lockProgram(trx, tenant, id)
        if (!before) throw new ApiError('program-not-found', `this tenant has no programme ${id}`)
        requireVersion(headers['if-match'], before.version, () => toItem(before))
        const former = body.isDefault ? await clearDefault(trx, tenant, id) : undefined
        if (former) await announce(append, caller, former)
        const row = await updateProgram(trx, tenant, id, body).catch((error) => refuseTakenName(error, body.name))
        await announce(append, caller, row)
        return { ...toItem(row), cursor: await readCursor(trx, tenant) }
      })
      return reply.header('etag', versionTag(record.version)).send(record)
    },
  })
}

const toItem = (row: ProgramRow): ProgramItem => ({
  id: row.id,
  name: row.name,
  active: row.active,
  isDefault: row.is_default,
  rules: {
    pointsPerScan: row.points_per_scan,
    pointsPerCurrencyUnit: row.points_per_currency_unit,
    welcomeBonus: row.welcome_bonus,
    debtPolicy: row.debt_policy,
  },
  version: row.version,
  createdAt: row.created_at.toISOString(),
})

function announce(append: Append, { actor }: Caller, row: ProgramRow) {
  const { id, name, active, isDefault, rules, version } = toItem(row)
  return append({
    type: 'program_updated',
    customerId: null,
    actor,
    data: { programId: id, programVersion: version, name, active, isDefault, rules },
  })
}

/** The unique index is the judge of names: asking first would leave a gap between the question and the answer. */
function refuseTakenName(error: unknown, name: string | undefined): never {
  if ((error as { constraint?: string }).constraint !== 'programs_name') throw error
  throw new ApiError('name-taken', `this tenant has a programme called ${name ?? ''} already`, {}, error)
}
