import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { publint } from 'publint'
import { rolldown } from 'rolldown'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildPackages } from '../../scripts/build-packages.ts'

const bin = join(import.meta.dirname, '../../node_modules/.bin')
const packed = mkdtempSync(join(tmpdir(), 'sdk-package-'))
let folders: string[]
beforeAll(() => (folders = buildPackages()))
afterAll(() => rmSync(packed, { recursive: true, force: true }))

const clientFolder = () => folders.find((folder) => folder.includes('client'))!

/** What a page weighs that imports these names, minified and compressed, beyond the modules that it has already. */
async function weigh(entry: string, names: string, had: readonly string[] = []) {
  const build = await rolldown({
    input: 'page',
    platform: 'browser',
    plugins: [
      {
        name: 'page',
        async resolveId(id, importer) {
          if (id === 'page') return id
          // TanStack Query and React are the application's own.
          if (['@tanstack/query-core', 'react'].includes(id)) return { id, external: true }
          const found = await this.resolve(id, importer, { skipSelf: true })
          return found && had.includes(found.id) ? { id: 'had', external: true } : found
        },
        load: (id) =>
          id === 'page' ? `export { ${names} } from ${JSON.stringify(join(clientFolder(), entry))}` : null,
      },
    ],
  })
  const { output } = await build.generate({ format: 'esm', minify: true })
  return { gzipBytes: gzipSync(output[0].code, { level: 9 }).length, modules: Object.keys(output[0].modules) }
}

describe('the published packages', () => {
  test('are what publint and arethetypeswrong find no fault with', async () => {
    for (const folder of folders) {
      expect((await publint({ pkgDir: folder, strict: true })).messages).toEqual([])
      const pack = spawnSync('npm', ['pack', '--silent', '--pack-destination', packed], {
        cwd: folder,
        encoding: 'utf8',
      })
      const { status, stdout } = spawnSync(
        join(bin, 'attw'),
        [join(packed, pack.stdout.trim()), '--profile', 'esm-only'],
        {
          encoding: 'utf8',
        },
      )
      expect(status, stdout).toBe(0)
    }
  })

  test('weigh little: core and socket 25 kB, the query bridge 3 kB more, logs in place 1.5 kB more, the hooks half a kB, those for money 1.6 kB', async () => {
    const core = await weigh('index.js', 'createLoyaltyClient, LoyaltyClientError')
    const query = await weigh('query.js', 'bindQueryClient, queryKeys', core.modules)
    const logs = await weigh('logs.js', 'logPatches', [...core.modules, ...query.modules])
    const react = await weigh('react.js', 'LoyaltyProvider, useLiveStatus, useLoyaltyEvents', core.modules)
    const money = await weigh('react.js', 'useDashboardData, useDashboardRealtime, useClientPaymentMonitor', [
      ...core.modules,
      ...react.modules,
    ])
    const [coreBytes, queryBytes, logsBytes, reactBytes, moneyBytes] = [core, query, logs, react, money].map(
      ({ gzipBytes }) => gzipBytes,
    )
    console.log(
      `SDK, bytes gzip: core ${coreBytes}, query ${queryBytes}, logs ${logsBytes}, react ${reactBytes}, money ${moneyBytes}`,
    )
    expect(coreBytes).toBeLessThanOrEqual(25_000)
    expect(queryBytes).toBeLessThanOrEqual(3_000)
    expect(logsBytes).toBeLessThanOrEqual(1_500)
    expect(reactBytes).toBeLessThanOrEqual(500)
    expect(moneyBytes).toBeLessThanOrEqual(1_600)
  })

  test('the SDK brings no validator, and nothing that a policy without eval forbids', async () => {
    const bundle = await rolldown({ input: join(clientFolder(), 'index.js'), platform: 'browser' })
    const { output } = await bundle.generate({ format: 'esm' })
    const modules = Object.keys(output[0].modules)
    expect(modules.filter((id) => id.includes('/zod/'))).toEqual([])
    expect(output[0].code).not.toMatch(/new Function|\beval\(/)
  })
})
