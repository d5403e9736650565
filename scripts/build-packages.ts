import { spawnSync } from 'node:child_process'
import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '..')
/** In the order of their imports. */
const PACKAGES = [
  { name: 'events', documents: [] },
  { name: 'client', documents: ['README.md', 'SPEC.md'] },
]

/**
 * Builds the packages that are published, each into `dist/`, which is what `npm publish packages/<name>/dist` takes: JavaScript,
 * types and a package.json that points at them. Inside the workspace everybody imports the sources. Answers the folders.
 *
 * @throws Error when a package does not compile
 */
export function buildPackages(): string[] {
  return PACKAGES.map(({ name, documents }) => {
    const folder = join(ROOT, 'packages', name)
    const dist = join(folder, 'dist')
    rmSync(dist, { recursive: true, force: true })
    const tsc = join(ROOT, 'node_modules', '.bin', 'tsc')
    const { status } = spawnSync(tsc, ['-p', join(folder, 'tsconfig.build.json')], { stdio: 'inherit' })
    if (status !== 0) throw new Error(`packages/${name} does not compile`)
    for (const document of documents) copyFileSync(join(folder, document), join(dist, document))
    writeFileSync(join(dist, 'package.json'), publishedManifest(join(folder, 'package.json')))
    return dist
  })
}

/** The package's own manifest, its `./src/*.ts` become `./*.js` beside their types. */
function publishedManifest(file: string): string {
  const manifest = JSON.parse(readFileSync(file, 'utf8')) as {
    exports: Record<string, string>
    devDependencies?: object
  }
  const exports = Object.fromEntries(
    Object.entries(manifest.exports).map(([path, source]) => {
      const built = source.replace('./src/', './').replace(/\.ts$/, '')
      return [path, { types: `${built}.d.ts`, default: `${built}.js` }]
    }),
  )
  const { devDependencies: _, ...published } = manifest
  return `${JSON.stringify({ ...published, exports, sideEffects: false }, null, 2)}\n`
}
