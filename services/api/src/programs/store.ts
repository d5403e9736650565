import { randomUUIDv7 } from 'node:crypto'
import { sql, type Selectable } from 'kysely'
import type { z } from 'zod'
import type { Database } from '../db/tables.ts'
import type { TenantTransaction } from '../db/tenant-scope.ts'
import type { createBody, patchBody } from './schemas.ts'

export type ProgramRow = Selectable<Database['programs']>

/** Programmes, by name, from the one after `after` on. */
export function listPrograms(trx: TenantTransaction, tenant: string, after: string | null, limit: number) {
  let query = trx
    .selectFrom('programs')
    .selectAll()
    .where('tenant_id', '=', tenant)
    .orderBy(sql`lower(name)`)
    .limit(limit)
  if (after !== null) query = query.where(sql<string>`lower(name)`, '>', sql<string>`lower(${after})`)
  return query.execute()
}

/** One programme, locked until the end of the transaction. */
export function lockProgram(trx: TenantTransaction, tenant: string, id: string) {
  return trx
    .selectFrom('programs')
    .selectAll()
    .where('tenant_id', '=', tenant)
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst()
}

export function insertProgram(
  trx: TenantTransaction,
  tenant: string,
  { name, rules }: z.output<typeof createBody>,
): Promise<ProgramRow> {
  return trx
    .insertInto('programs')
    .values({ tenant_id: tenant, id: randomUUIDv7(), name, ...ruleColumns(rules) })
    .returningAll()
    .executeTakeFirstOrThrow()
}

export function updateProgram(
  trx: TenantTransaction,
  tenant: string,
  id: string,
  { name, active, isDefault, rules }: z.output<typeof patchBody>,
): Promise<ProgramRow> {
  return trx
    .updateTable('programs')
    .set({
      ...(name === undefined ? {} : { name }),
      ...(active === undefined ? {} : { active }),
      ...(isDefault === undefined ? {} : { is_default: isDefault }),
      ...ruleColumns(rules ?? {}),
      version: sql`version + 1`,
    })
    .where('tenant_id', '=', tenant)
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()
}

/** Takes the default away from the programme that has it; gives that programme, unless it is `id` itself. */
export function clearDefault(trx: TenantTransaction, tenant: string, id: string): Promise<ProgramRow | undefined> {
  return trx
    .updateTable('programs')
    .set({ is_default: false, version: sql`version + 1` })
    .where('tenant_id', '=', tenant)
    .where('is_default', '=', true)
    .where('id', '<>', id)
    .returningAll()
    .executeTakeFirst()
}

type Rules = NonNullable<z.output<typeof patchBody>['rules']>

function ruleColumns({ pointsPerScan, pointsPerCurrencyUnit, welcomeBonus, debtPolicy }: Rules) {
  return {
    ...(pointsPerScan === undefined ? {} : { points_per_scan: pointsPerScan }),
    ...(pointsPerCurrencyUnit === undefined ? {} : { points_per_currency_unit: pointsPerCurrencyUnit }),
    ...(welcomeBonus === undefined ? {} : { welcome_bonus: welcomeBonus }),
    ...(debtPolicy === undefined ? {} : { debt_policy: debtPolicy }),
  }
}
