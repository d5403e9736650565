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

/** What a page loads that imports these names, minified and compressed, in bytes. */
async function gzipBytes(entry: string, names: string, external: string[] = []): Promise<number> {
  const bundle = await rolldown({
    input: 'page',
    platform: 'browser',
    external,
    plugins: [
      {
        name: 'page',
        resolveId: (id) => (id === 'page' ? id : null),
        load: (id) =>
          id === 'page' ? `export { ${names} } from ${JSON.stringify(join(clientFolder(), entry))}` : null,
      },
    ],
  })
  const { output } = await bundle.generate({ format: 'esm', minify: true })
  return gzipSync(output[0].code).length
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

  test('core and socket weigh at most 25 kB', async () => {
    expect(await gzipBytes('index.js', 'createLoyaltyClient')).toBeLessThanOrEqual(25_000)
  })

  test('the query bridge weighs at most 5.5 kB more', async () => {
    expect(await gzipBytes('query.js', 'bindQueryClient, queryKeys', ['@tanstack/query-core'])).toBeLessThanOrEqual(
      5_500,
    )
  })

  test('the SDK brings no validator, and nothing that a policy without eval forbids', async () => {
    const bundle = await rolldown({ input: join(clientFolder(), 'index.js'), platform: 'browser' })
    const { output } = await bundle.generate({ format: 'esm' })
    const modules = Object.keys(output[0].modules)
    expect(modules.filter((id) => id.includes('/zod/'))).toEqual([])
    expect(output[0].code).not.toMatch(/new Function|\beval\(/)
  })
})
