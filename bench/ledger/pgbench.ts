import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { FIRST_PHONE } from '../database/population.ts'
import { createDurations } from '../run/statistics.ts'
import { population, startMeter, type Load, type Spread } from './load.ts'
import type { Statement } from './statements.ts'

export type PgbenchRun = {
  readonly statement: Statement
  readonly spread: Spread
  readonly clients: number
  readonly seconds: number
  readonly url: string
  readonly postgresPid: number
  /** Where its log may go. */
  readonly folder: string
}

/** pgbench of this machine, where Debian or the PATH has it; null when there is none. */
export function findPgbench(): string | null {
  const versions = '/usr/lib/postgresql'
  const installed = existsSync(versions) ? readdirSync(versions).map((name) => join(versions, name, 'bin/pgbench')) : []
  return ['pgbench', ...installed].find((command) => spawnSync(command, ['--version']).status === 0) ?? null
}

/**
 * Runs pgbench: each client sends one prepared statement, waits for its commit, sends the next.
 *
 * @throws Error with what pgbench said, when it failed or one of its transactions did
 */
export async function runPgbench(command: string, run: PgbenchRun): Promise<Load> {
  const { statement, clients, seconds, url, postgresPid } = run
  const folder = mkdtempSync(join(run.folder, 'pgbench-'))
  writeFileSync(join(folder, 'change.sql'), scriptOf(statement, run.spread))
  const { host, port, user, database } = new pg.Client({ connectionString: url })
  const meter = startMeter({ clientPid: null, postgresPid })
  const { status, output } = await runCommand(
    command,
    [
      '--no-vacuum',
      '--protocol=prepared',
      `--client=${clients}`,
      '--jobs=2',
      `--time=${seconds}`,
      '--log',
      `--log-prefix=${join(folder, 'log')}`,
      `--file=${join(folder, 'change.sql')}`,
      `--host=${host}`,
      `--port=${port}`,
      `--username=${user ?? ''}`,
      database ?? '',
    ],
    { PGOPTIONS: `-c role=${statement.role} -c jit=off -c timezone=UTC` },
  )
  const changes = Number(/actually processed: (\d+)/.exec(output)?.[1])
  const changesPerSecond = Number(/tps = ([\d.]+)/.exec(output)?.[1])
  const failed = Number(/failed transactions: (\d+)/.exec(output)?.[1] ?? 0)
  if (status !== 0 || !(changes > 0) || failed > 0) throw new Error(`pgbench failed:\n${output}`)
  const used = meter(changes)
  const durations = readLog(folder)
  rmSync(folder, { recursive: true })
  return {
    changesPerSecond,
    p50Ms: durations.quantile(0.5),
    p99Ms: durations.quantile(0.99),
    ...used,
  }
}

function scriptOf({ text }: Statement, { tenants }: Spread): string {
  const { membersPerTenant } = population
  return [
    `\\set tenant random(0, ${tenants - 1})`,
    `\\set phone ${FIRST_PHONE} + :tenant * ${membersPerTenant} + random(0, ${membersPerTenant - 1})`,
    '\\set points random(1, 5)',
    '\\set sign random(0, 1)',
    `${text.trim().replaceAll(/\s*\n\s*/g, ' ')};`,
    '',
  ].join('\n')
}

function runCommand(
  command: string,
  args: readonly string[],
  env: Record<string, string>,
): Promise<{ status: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text))
    child.once('error', reject).once('close', (status) => resolve({ status, output }))
  })
}

/** A line for each transaction; its third field is how long it took, in microseconds. */
function readLog(folder: string) {
  const durations = createDurations()
  for (const name of readdirSync(folder).filter((file) => file.startsWith('log'))) {
    for (const line of readFileSync(join(folder, name), 'latin1').split('\n')) {
      const us = Number(line.split(' ', 3)[2])
      if (us > 0) durations.add(us / 1000)
    }
  }
  return durations
}
