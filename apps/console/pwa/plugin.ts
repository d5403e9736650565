import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Plugin, Rolldown } from 'vite'
import type { Side } from '../src/worker/shell.ts'
import { icons, manifest } from './manifest.ts'

/** The file that the API serves as /worker.js: the service worker's scope is where it lies. */
export const WORKER_FILE = 'worker.js'

const PAGES: Record<Side, string> = { console: 'index.html', customer: 'customer.html' }

/**
 * Makes apps of both sides that can be installed: manifests and icons among the hashed assets, the version of the build in the pages,
 * and in the service worker with the names of the scripts and styles that belong to each side.
 */
export const installableApp: Plugin = {
  name: 'installable-app',
  apply: 'build',
  enforce: 'post',

  buildStart() {
    for (const { file } of icons) {
      this.emitFile({ type: 'asset', name: file, source: readFileSync(join(import.meta.dirname, file)) })
    }
  },

  generateBundle(_options, bundle) {
    const files = Object.values(bundle)
    const iconUrls = new Map(
      files.flatMap((file) => (file.type === 'asset' ? file.names.map((name) => [name, `/${file.fileName}`]) : [])),
    )
    const sides = (Object.keys(PAGES) as Side[]).map((side) => {
      const page = bundle[PAGES[side]]
      if (page?.type !== 'asset') this.error(`the build has no ${PAGES[side]}`)
      const source = JSON.stringify(manifest(side, (file) => iconUrls.get(file) ?? this.error(`no ${file}`)))
      const manifestFile = `assets/manifest-${hash(source)}.webmanifest`
      this.emitFile({ type: 'asset', fileName: manifestFile, source })
      return { side, page, manifestFile, assets: assetsOf(PAGES[side], bundle) }
    })
    const worker = bundle[WORKER_FILE]
    if (worker?.type !== 'chunk') this.error('the build has no worker')

    // Every asset is named after its content; the pages' own text is what is left.
    const version = hash(JSON.stringify([sides.map(({ page, assets }) => [page.source, assets]), worker.code]))
    for (const { page, manifestFile } of sides) {
      const head = `<link rel="manifest" href="/${manifestFile}"><meta name="console-version" content="${version}">`
      page.source = String(page.source).replace('</title>', `</title>${head}`)
    }
    const assets = Object.fromEntries(sides.map(({ side, assets: own }) => [side, own]))
    worker.code = worker.code
      .replace('__CONSOLE_VERSION__', version)
      .replace(/["'`]__CONSOLE_ASSETS__["'`]/, JSON.stringify(assets))
  },
}

/** Scripts and styles that a page may ask for, now or when somebody goes to another part of it. */
function assetsOf(page: string, bundle: Rolldown.OutputBundle): readonly string[] {
  const found = new Set<string>()

  function follow(chunk: Rolldown.OutputChunk): void {
    if (found.has(chunk.fileName)) return
    found.add(chunk.fileName)
    for (const style of chunk.viteMetadata?.importedCss ?? []) found.add(style)
    for (const name of [...chunk.imports, ...chunk.dynamicImports]) {
      const next = bundle[name]
      if (next?.type === 'chunk') follow(next)
    }
  }

  for (const file of Object.values(bundle)) {
    if (file.type === 'chunk' && file.facadeModuleId?.endsWith(`/${page}`)) follow(file)
  }
  return [...found].map((name) => `/${name}`).toSorted()
}

const hash = (text: string) => createHash('sha256').update(text).digest('base64url').slice(0, 12)
